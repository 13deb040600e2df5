using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("IfGuide.Storage.Tests")]
