using System.Text;

namespace Parley.Server.Settings;

/// <summary>The settings reference page, generated from <see cref="SettingsTable"/>.</summary>
public static class SettingsReference
{
    /// <summary>The page as Markdown: <c>docs/reference/settings.md</c>.</summary>
    public static string ToMarkdown()
    {
        var page = new StringBuilder(
            """
            # Settings

            Generated from the server's own table of settings; edit that, not this page.

            The server takes each setting from the first of these places that has it: a flag of `parley serve`, an environment variable, the file
            `parley.json`, and the default. The file is the one named by `--config` (or `PARLEY_CONFIG`), or else `./parley.json`, or else
            `parley.json` in the data folder. It contains one object with a key for each setting:

            ```json settings
            { "port": 8080, "cors_origins": ["https://example.org"], "retention_days": 90 }
            ```

            If any setting is wrong, the server reports all errors at once and does not start. An unknown name in the file is also an error, and so is
            a variable that looks like a misspelled setting, such as `PARLEY_PROT`. Other variables that begin with `PARLEY_` are ignored, and the
            server lists them at the start. Those that Kubernetes and Docker set for a service called `parley` (`PARLEY_PORT=tcp://10.0.0.1:8080`,
            `PARLEY_SERVICE_HOST`) are ignored silently. The server does not use `HOST`, which some shells set to the machine's name, or
            `REDIS_URL`, because Parley needs no Redis; it says so if they are set. Relative paths are relative to the folder in which the server was
            started. A star means that a project may have its own value, set with `PUT /api/v1/projects/{id}`.

            | Setting | Default | Value | Meaning | Set with |
            |---|---|---|---|---|

            """);
        foreach (var setting in SettingsTable.All)
        {
            string?[] places = [setting.Flag, setting.EnvironmentName, .. setting.Aliases];
            page.Append("| `").Append(setting.Name).Append(setting.PerProject ? "` * | " : "` | ")
                .Append(setting.DefaultText.Length == 0 ? "" : $"`{setting.DefaultText}`").Append(" | ")
                .Append(setting.Expected).Append(" | ").Append(setting.Meaning).Append(" | ")
                .AppendJoin(" ", places.OfType<string>().Select(place => $"`{place}`")).Append(" |\n");
        }

        page.Append(
            $"""

            ## The SQLite URL

            A path, or the URL that SQLAlchemy takes: `sqlite:///agents.db` and `sqlite:///./agents.db` are relative, `sqlite:////var/lib/agents.db`
            is absolute. A database in memory is refused.

            ## The PostgreSQL URL

            `{PostgresUrl.Form}`; the scheme `postgresql:` also works. Separate several hosts with commas, such as
            `postgres://parley@db1,db2:5433/parley`: the server finds the primary among them, and finds it again after each failover. The default port
            is 5432. In a user name or password, write `/`, `?`, `#`, `@`, and `:` as `%2F`, `%3F`, `%23`, `%40`, and `%3A`. Without a password, the
            server looks in `PGPASSWORD` and `~/.pgpass`. Add parameters after a `?`, joined by `&`:

            | Parameter | Default | Value | Meaning |
            |---|---|---|---|

            """);
        foreach (var parameter in PostgresParameter.All)
        {
            page.Append("| `").Append(parameter.Name).Append("` | ").Append(parameter.Default.Length == 0 ? "" : $"`{parameter.Default}`")
                .Append(" | ").Append(parameter.Expected).Append(" | ").Append(parameter.Meaning).Append(" |\n");
        }

        return page.ToString();
    }
}
