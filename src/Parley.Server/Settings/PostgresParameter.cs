using System.Globalization;
using Npgsql;

namespace Parley.Server.Settings;

/// <summary>A parameter after the <c>?</c> of a PostgreSQL address. The names are libpq's, except for <c>pool_size</c>, which libpq does not
/// have.</summary>
/// <param name="Default">As a user would write it; empty if there is none.</param>
/// <param name="Expected">What valid values look like.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="Take">Puts a value into an address; false if the value is not valid.</param>
internal sealed record PostgresParameter(string Name, string Default, string Expected, string Meaning, Func<PostgresDraft, string, bool> Take)
{
    /// <summary>Three nodes with this many connections each leave room for people and backups within PostgreSQL's own limit of 100. A node needs few:
    /// its writes travel together, and its queries are short.</summary>
    internal const int DefaultPoolSize = 20;

    /// <summary>Long enough for a TLS handshake over a slow line, and the longest that a dead host delays the next one.</summary>
    internal const int DefaultConnectTimeout = 5;

    /// <summary>The host that accepts writes, whichever it is now.</summary>
    internal const string DefaultTarget = "primary";

    // The writer and the listener each keep a connection for a long time. Queries and maintenance need some more.
    private const int LeastPoolSize = 6;
    private const int MostPoolSize = 1000;
    private const int LongestConnectTimeout = 300;

    internal static IReadOnlyList<PostgresParameter> All { get; } =
    [
        OneOf("sslmode", "prefer", "Whether the connection is encrypted and the server's certificate checked; only verify-full stops a man in the middle.",
            [("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer), ("require", SslMode.Require), ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull)],
            (draft, mode) => draft.Connection.SslMode = mode),
        ExistingFile("sslrootcert", "The trusted certificate authorities, for verify-ca and verify-full; defaults to those of the system.",
            (draft, path) => draft.Connection.RootCertificate = path),
        ExistingFile("sslcert", "The client certificate with which this server authenticates.", (draft, path) => draft.Connection.SslCertificate = path),
        ExistingFile("sslkey", "The private key of sslcert.", (draft, path) => draft.Connection.SslKey = path),
        OneOf("target_session_attrs", DefaultTarget, "Which of several hosts to connect to: the primary, one that accepts writes, or any.",
            [("primary", "primary"), ("read-write", "read-write"), ("any", "any")], (draft, target) => draft.Target = target),
        Whole("pool_size", DefaultPoolSize, LeastPoolSize, MostPoolSize,
            "The most connections this server opens; all nodes together must stay below PostgreSQL's max_connections.",
            (draft, size) => draft.Connection.MaxPoolSize = size),
        Whole("connect_timeout", DefaultConnectTimeout, 1, LongestConnectTimeout, "How many seconds to wait for a host that does not answer.",
            (draft, seconds) => draft.Connection.Timeout = seconds),
        new("application_name", "parley", "a text of 1 to 63 characters", "The name in pg_stat_activity.", static (draft, value) =>
        {
            draft.Connection.ApplicationName = value;
            return value.Length is > 0 and <= 63 && !value.Any(char.IsControl);
        }),
    ];

    internal static PostgresParameter? Find(string name) => All.FirstOrDefault(parameter => parameter.Name == name);

    private static PostgresParameter OneOf<T>(
        string name, string defaultText, string meaning, (string Word, T Value)[] known, Action<PostgresDraft, T> take) =>
        new(name, defaultText, string.Join(", ", known.Select(one => one.Word)), meaning, (draft, value) =>
        {
            var at = Array.FindIndex(known, one => one.Word == value);
            if (at >= 0)
                take(draft, known[at].Value);
            return at >= 0;
        });

    private static PostgresParameter Whole(string name, int defaultValue, int least, int most, string meaning, Action<PostgresDraft, int> take) =>
        new(name, defaultValue.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"), meaning, (draft, value) =>
        {
            if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
                return false;
            take(draft, number);
            return true;
        });

    private static PostgresParameter ExistingFile(string name, string meaning, Action<PostgresDraft, string> take) =>
        new(name, "", "an existing PEM file", meaning, (draft, value) =>
        {
            if (SettingKinds.FilePath(value) is not { Value: { } path } || !File.Exists(path))
                return false;
            take(draft, path);
            return true;
        });
}
