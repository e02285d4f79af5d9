namespace Parley.Server.Settings;

/// <summary>One setting: its name, where it may be said, what it means, and how its text becomes a value.</summary>
public abstract class Setting
{
    /// <summary>The key in <c>parley.json</c>; in capitals after <c>PARLEY_</c> it is the environment variable.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence.</summary>
    public required string Meaning { get; init; }

    /// <summary>The command line's flag, as in <c>--port</c>; null when there is none.</summary>
    public string? Flag { get; init; }

    /// <summary>Environment variables that other programs use too, as in <c>API_PORT</c>; <see cref="EnvironmentName"/> beats them, and each those after it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>How a value that holds a secret may be shown; null: as it is.</summary>
    public Func<string, string>? Disguise { get; init; }

    /// <summary>A project may have its own value.</summary>
    public bool PerProject { get; init; }

    public string EnvironmentName => $"PARLEY_{Name.ToUpperInvariant()}";

    /// <summary>What a value looks like: <c>a whole number from 1 to 100</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>The default as somebody would write it; empty when there is none.</summary>
    public abstract string DefaultText { get; }

    internal abstract ServerSettings ApplyDefault(ServerSettings settings);

    /// <returns>The settings with the value applied, or null and what is wrong with it.</returns>
    internal abstract (ServerSettings? Settings, string? Fault) Apply(ServerSettings settings, string text);
}

/// <param name="expected">See <see cref="Setting.Expected"/>.</param>
/// <param name="parse">The value of a text; a fault in words when it has none.</param>
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

/// <summary>A value, or why there is none.</summary>
internal sealed record Parsed<T>(T? Value, string? Fault)
{
    public static implicit operator Parsed<T>(T value) => new(value, null);
}
