using IfGuide.Cli.Settings;

namespace IfGuide.Cli.Consoles;

/// <summary>What a command is given besides its arguments.</summary>
/// <param name="settings">The options that every command understands.</param>
internal sealed class CommandContext(CommonSettings settings)
{
    public CommonSettings Settings { get; } = settings;

    public CommandConsole Console { get; } = new(settings);
}
