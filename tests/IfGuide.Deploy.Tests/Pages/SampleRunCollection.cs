namespace IfGuide.Deploy.Tests.Pages;

/// <summary>Tests that share a <see cref="SampleRun"/>.</summary>
[CollectionDefinition(SampleRun.Collection)]
public sealed class SampleRunCollection : ICollectionFixture<SampleRun>;
