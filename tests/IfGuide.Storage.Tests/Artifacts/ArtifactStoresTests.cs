using IfGuide.Abstractions;
using IfGuide.Storage.Tests.Support;

namespace IfGuide.Storage.Tests.Artifacts;

public sealed class ArtifactStoresTests
{
    [Fact]
    public void FileUris_AreRelativeToTheBase_OrAbsolute()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("file:" + folder.File("s"), ArtifactStores.Open("file:./s", folder.Path).Uri);
        Assert.Equal("file:" + folder.File("t"), ArtifactStores.Open($"file:{folder.File("t")}", "/").Uri);
        Assert.Equal("file:" + folder.File("u"), ArtifactStores.Open($"file://{folder.File("u")}", "/").Uri);
    }

    [Theory]
    [InlineData("azure:", "names no container")]
    [InlineData("azure:Upper", "names no container")]
    [InlineData("azure:a", "names no container")]
    [InlineData("azure:two--dashes", "names no container")]
    [InlineData("azure:ifguide/../other", "prefix")]
    [InlineData("azure:ifguide//a", "prefix")]
    [InlineData("s3://bucket", "expected file:PATH")]
    [InlineData("./.ifguide", "expected file:PATH")]
    [InlineData("", "expected file:PATH")]
    [InlineData("file:", "names no folder")]
    [InlineData("file://", "names no folder")]
    public void OtherUris_AreTheUsersMistake(string uri, string message) =>
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => ArtifactStores.Open(uri, "/tmp")).Message, StringComparison.Ordinal);
}
