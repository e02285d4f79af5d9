namespace Parley.Server.Settings;

/// <summary>One setting: its name, where it can be set, what it means, and how its text becomes a value.</summary>
public abstract class Setting
{
    /// <summary>The key in <c>parley.json</c>. In upper case after <c>PARLEY_</c>, it is the environment variable.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>The command line's flag, such as <c>--port</c>; null if there is none.</summary>
    public string? Flag { get; init; }

    /// <summary>Environment variables that other programs use too, such as <c>API_PORT</c>. <see cref="EnvironmentName"/> takes precedence over them,
    /// and earlier ones over later ones.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>How to display a value that contains a secret; null to display it as it is.</summary>
    public Func<string, string>? Disguise { get; init; }

    /// <summary>Whether a project may have its own value.</summary>
    public bool PerProject { get; init; }

    public string EnvironmentName => $"PARLEY_{Name.ToUpperInvariant()}";

    /// <summary>What valid values look like: <c>a whole number from 1 to 100</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>The default as a user would write it; empty if there is none.</summary>
    public abstract string DefaultText { get; }

    internal abstract ServerSettings ApplyDefault(ServerSettings settings);

    /// <returns>The settings with the value applied, or null and the error.</returns>
    internal abstract (ServerSettings? Settings, string? Fault) Apply(ServerSettings settings, string text);
}

/// <param name="expected">See <see cref="Setting.Expected"/>.</param>
/// <param name="parse">Parses a text, or returns an error.</param>
/// <param name="apply">Puts the value into the settings.</param>
internal sealed class Setting<T>(
    string expected, T defaultValue, string defaultText, Func<string, Parsed<T>> parse, Func<ServerSettings, T, ServerSettings> apply) : Setting
{
    public override string Expected => expected;

    public override string DefaultText => defaultText;

    internal override ServerSettings ApplyDefault(ServerSettings settings) => apply(settings, defaultValue);

    internal override (ServerSettings? Settings, string? Fault) Apply(ServerSettings settings, string text)
    {
        var parsed = parse(text);
        return parsed.Fault is { } fault ? (null, fault) : (apply(settings, parsed.Value!), null);
    }
}

/// <summary>A value, or an error.</summary>
internal sealed record Parsed<T>(T? Value, string? Fault)
{
    public static implicit operator Parsed<T>(T value) => new(value, null);
}
