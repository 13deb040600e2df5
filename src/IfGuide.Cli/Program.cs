using IfGuide.Cli.Commands;

return await CommandLine.RunAsync(args);
