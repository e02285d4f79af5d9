using Npgsql;
using Parley.Server.Wire;

namespace Parley.Server.Settings;

/// <summary>Parses <c>postgres://USER:PASSWORD@HOST:PORT,HOST2:PORT/DATABASE?sslmode=...</c>, in libpq's format, for Npgsql, which does not accept
/// such addresses.</summary>
/// <remarks>Errors never quote the user name or password, not even a part of them in a wrong place.</remarks>
internal static class PostgresUrl
{
    internal const string Form = "postgres://USER:PASSWORD@HOST:PORT/DATABASE";

    internal static bool IsOne(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    internal static Parsed<DatabaseAddress?> Read(string text)
    {
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var query = rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? rest[(mark + 1)..] : "";
        rest = rest[..(rest.Length - query.Length)].TrimEnd('?');
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var database = slash < 0 ? "" : Decode(rest[(slash + 1)..]);
        var authority = slash < 0 ? rest : rest[..slash];
        if (database.Contains('@', StringComparison.Ordinal) || query.Contains('@', StringComparison.Ordinal))
            return Fault("has an '@' after its host: write '/', '?', '#' and '@' in a password as %2F, %3F, %23 and %40");
        if (database.Length == 0)
            return Fault("has no database name after its host");
        if (database.Contains('\0', StringComparison.Ordinal))
            return Fault("has an invalid database name");

        var at = authority.LastIndexOf('@');
        var draft = new PostgresDraft();
        if (at >= 0)
            draft.TakeUser(authority[..at]);
        var fault = draft.TakeHosts(authority[(at + 1)..]) ?? TakeParameters(draft, query) ?? CheckTogether(draft);
        return fault is null ? draft.Finish(database) : Fault(fault);
    }

    /// <summary>A database's address for error messages, without user and password.</summary>
    internal static string WithoutPassword(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return text.Contains('@', StringComparison.Ordinal) || text.Contains("password", StringComparison.OrdinalIgnoreCase) ? "***" : text;

        // Without an '@', a password may be where the host should be. With two of them, no part of the address is safe to show.
        var at = text.LastIndexOf('@');
        var query = text.IndexOf('?', StringComparison.Ordinal);
        var scheme = text[..(text.IndexOf("://", StringComparison.Ordinal) + 3)];
        if (at < 0 || (query >= 0 && query < at) || text.Contains("password=", StringComparison.OrdinalIgnoreCase))
            return $"{scheme}***";
        return $"{scheme}***@{text[(at + 1)..]}";
    }

    private static string? TakeParameters(PostgresDraft draft, string query)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (PostgresParameter.Find(name) is not { } parameter)
            {
                // The name could be anything, even a part of a password, unless it is similar to a known name.
                var names = PostgresParameter.All.Select(known => known.Name).ToArray();
                var meant = DidYouMean.To(name, names);
                return $"has a parameter that is not one of {string.Join(", ", names)}{(meant is null ? "" : $"; did you mean '{meant}'?")}";
            }

            var value = equals < 0 ? "" : Decode(pair[(equals + 1)..]);
            if (!parameter.Take(draft, value))
                return $"has '{value}' for its {name}; expected {parameter.Expected}";
        }

        return null;
    }

    private static string? CheckTogether(PostgresDraft draft)
    {
        var connection = draft.Connection;
        if (connection.RootCertificate is not null && connection.SslMode is not (SslMode.VerifyCA or SslMode.VerifyFull))
            return "has an sslrootcert, but no sslmode that checks it: add sslmode=verify-full (or verify-ca)";
        return connection.SslKey is not null && connection.SslCertificate is null ? "has an sslkey without its sslcert" : null;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static Parsed<DatabaseAddress?> Fault(string fault) => new(null, fault);
}
