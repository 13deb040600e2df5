using System.Diagnostics;
using IfGuide.EndToEnd.Harness;

namespace IfGuide.EndToEnd.Runs;

public sealed class FullDiskTests
{
    [Fact]
    public async Task Run_OnAFullDisk_FailsInOneLineAndGoesOnWhenThereIsRoom()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a small file system needs root.");
        using var place = TinyRun.Prepare();
        Directory.CreateDirectory(place["small"]);
        Shell("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place["small"]);
        try
        {
            var said = (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet", "--store", "file:small/store")).Expect(1);
            Assert.Contains("no space left on the device", said.Complaint, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFiles(place["small/store/.temporary"]));
            Shell("mount", "-o", "remount,size=64m", place["small"]);
            (await Ifguide.RunProcessAsync(place.Folder, "run", TinyRun.FileName, "--quiet", "--store", "file:small/store")).Expect(0);
        }
        finally
        {
            Shell("umount", place["small"]);
        }
    }

    private static void Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
