using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Doctor;

/// <summary>Checks whether the PostgreSQL database that a server would use is suitable.</summary>
internal static class DatabaseChecks
{
    private const string Check = "postgresql";

    // The oldest that the tests run against.
    private static readonly Version Oldest = new(15, 0);

    /// <summary>Returns nothing if the settings do not name a PostgreSQL database.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(SettingsSources sources, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = SettingsReader.Read(sources);
        foreach (var error in read.Errors.Where(error => error.Name == "database"))
            yield return Finding.Fail(Check, error.ToString(), "Correct it where it is set: PARLEY_DATABASE, DATABASE_URL, or parley.json.");
        if (read.Settings?.Database is not PostgresAddress address)
            yield break;

        DatabaseStatus? status = null;
        Finding? away = null;
        try
        {
            status = await DatabaseProbe.LookAsync(address, cancellationToken);
        }
        catch (StartRefusedException refused)
        {
            away = new Finding(Check, Verdict.Fail, refused.Message);
        }

        foreach (var finding in status is null ? [away!] : Judge(address, status))
            yield return finding;
    }

    internal static IEnumerable<Finding> Judge(PostgresAddress address, DatabaseStatus status)
    {
        var where = $"{status.Version} at {address}";
        if (status.Version < Oldest)
            yield return Finding.Fail(Check, $"{where} is too old", $"Use PostgreSQL {Oldest.Major} or newer.");
        else if (!status.TakesWrites)
            yield return Finding.Fail(Check, $"{where} takes no writes", "Name the primary, or all hosts, separated by commas: Parley then finds the primary.");
        else if (status.Encoding != "UTF8")
            yield return Finding.Fail(Check, $"{where} has the encoding {status.Encoding}", "Create the database with ENCODING 'UTF8'.");
        else
            yield return Finding.Ok(Check, where);

        if (!status.SyncsCommits)
        {
            yield return Finding.Warn("durability", "fsync or synchronous_commit is off: a crash can lose confirmed messages",
                "Set both to on. Parley turns on synchronous_commit for its own sessions, but cannot do that for fsync.");
        }

        if (address.PoolSize > status.MaxConnections / 2)
        {
            yield return Finding.Warn("connections", $"this server may open {address.PoolSize} of {status.MaxConnections} connections",
                "With more nodes, this is not enough: lower pool_size, or raise max_connections.");
        }
    }
}
