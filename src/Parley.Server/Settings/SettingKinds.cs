using System.Globalization;
using System.Net;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Settings;

/// <summary>Parses the text of each kind of setting.</summary>
internal static class SettingKinds
{
    public static Parsed<string?> Text(string text) =>
        text.Any(char.IsControl) ? Fault<string?>("contains a control character") : text;

    /// <summary>A number within its range. Whole numbers must not have a decimal point.</summary>
    public static Func<string, Parsed<T>> Number<T>(T least, T most)
        where T : struct, INumber<T> => text =>
    {
        var style = typeof(T) == typeof(double) ? NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint : NumberStyles.AllowLeadingSign;
        if (!T.TryParse(text, style, CultureInfo.InvariantCulture, out var value) || T.IsNaN(value))
            return Fault<T>(typeof(T) == typeof(double) ? "is not a number" : "is not a whole number");
        if (value < least)
            return Fault<T>("is too small");
        return value > most ? Fault<T>("is too large") : value;
    };

    public static Parsed<bool> Flag(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" or "" => false,
        _ => Fault<bool>("is neither true nor false"),
    };

    public static Parsed<LogLevel> Level(string text) => text.ToLowerInvariant() switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "info" or "information" => LogLevel.Information,
        "warning" or "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => Fault<LogLevel>("is not a level"),
    };

    public static Parsed<RoutingStrategy> Strategy(string text) => text.ToLowerInvariant() switch
    {
        "least_loaded" => RoutingStrategy.LeastLoaded,
        "round_robin" => RoutingStrategy.RoundRobin,
        _ => Fault<RoutingStrategy>("is not a strategy"),
    };

    /// <summary>A file or folder, made absolute relative to the folder in which the server was started, even if it is named in a settings file.
    /// <c>~</c> is expanded here, because no shell does so in a file or a variable.</summary>
    public static Parsed<string?> FilePath(string text)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            return Fault<string?>("is not a path");
        if (text == "~" || text.StartsWith("~/", StringComparison.Ordinal))
            text = Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), text[1..]);
        return Path.GetFullPath(text);
    }

    public static Parsed<string?> Dashboard(string text) => text == ServerSettings.NoDashboard ? text : FilePath(text);

    public static Parsed<string?> Host(string text)
    {
        if (text is "*" || IPAddress.TryParse(text.Trim('[', ']'), out _))
            return text;
        return Uri.CheckHostName(text) == UriHostNameType.Dns ? text : Fault<string?>("is neither an address nor a name of a machine");
    }

    /// <summary>A SQLite file, as a path or as <c>sqlite:PATH</c>, or a PostgreSQL address.</summary>
    public static Parsed<DatabaseAddress?> Database(string text)
    {
        if (PostgresUrl.IsOne(text))
            return PostgresUrl.Read(text);
        if (text.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("sqlite+", StringComparison.OrdinalIgnoreCase))
            return SqliteUrl(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        if (text.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) && text.Contains(':', StringComparison.Ordinal))
            return Fault<DatabaseAddress?>($"is not a PostgreSQL address of the form {PostgresUrl.Form}");
        return text.Contains("://", StringComparison.Ordinal) ? Fault<DatabaseAddress?>("names a database that this server does not know") : SqliteFile(text);
    }

    /// <summary>In SQLAlchemy's format, because users bring such URLs along: three slashes before a relative path, four before an absolute one.
    /// Without slashes, it is the path itself.</summary>
    /// <param name="address">The part after <c>sqlite:</c>.</param>
    private static Parsed<DatabaseAddress?> SqliteUrl(string address)
    {
        var path = address.StartsWith("///", StringComparison.Ordinal) ? address[3..] : address;
        if (path is "" or "//" || path.Contains(":memory:", StringComparison.Ordinal))
            return Fault<DatabaseAddress?>("names a database in memory, which would be lost when the server stops");
        if (path.StartsWith("//", StringComparison.Ordinal) && path == address)
            return Fault<DatabaseAddress?>("has two slashes; write three before a relative path (sqlite:///parley.db) and four before an absolute one");
        return path.Contains('?', StringComparison.Ordinal) ? Fault<DatabaseAddress?>("has parameters, but SQLite databases take none here") : SqliteFile(path);
    }

    private static Parsed<DatabaseAddress?> SqliteFile(string text)
    {
        var path = FilePath(text);
        return path.Fault is null ? new SqliteFile(path.Value!) : Fault<DatabaseAddress?>(path.Fault);
    }

    public static Parsed<string?> Secret(string text) =>
        text.Length < 32 ? Fault<string?>("is shorter than 32 characters, so it could be guessed") : text;

    /// <summary>Values separated by commas.</summary>
    public static Func<string, Parsed<IReadOnlyList<T>>> List<T>(Func<string, Parsed<T>> item) => text =>
    {
        var values = new List<T>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parsed = item(part);
            if (parsed.Fault is { } fault)
                return new Parsed<IReadOnlyList<T>>(null, $"'{part}' {fault}");
            values.Add(parsed.Value!);
        }

        return new Parsed<IReadOnlyList<T>>(values, null);
    };

    /// <summary>A browser's origin: scheme, host, and port if it is not the default one. <c>*</c> means all.</summary>
    public static Parsed<string> Origin(string text)
    {
        if (text == "*")
            return text;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return Fault<string>("is not an origin");
        return uri.PathAndQuery is "/" && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0
            ? uri.GetLeftPart(UriPartial.Authority)
            : Fault<string>("is more than an origin");
    }

    /// <summary>A name that the Host header may have, without a port.</summary>
    public static Parsed<string> AllowedHost(string text) =>
        Uri.CheckHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text) != UriHostNameType.Unknown
            ? text.ToLowerInvariant()
            : Fault<string>("is not a name of a machine (leave the port out)");

    /// <summary>An address or a network in CIDR notation.</summary>
    public static Parsed<IPNetwork> Network(string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return IPNetwork.TryParse(text, out var network) ? network : Fault<IPNetwork>("is neither an address nor a network");
    }

    private static Parsed<T> Fault<T>(string fault) => new(default, fault);
}
