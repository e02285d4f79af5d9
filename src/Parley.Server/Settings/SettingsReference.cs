using System.Text;

namespace Parley.Server.Settings;

/// <summary>The reference page of settings, made from <see cref="SettingsTable"/>.</summary>
public static class SettingsReference
{
    /// <summary>The page as Markdown: <c>docs/reference/settings.md</c>.</summary>
    public static string ToMarkdown()
    {
        var page = new StringBuilder(
            """
            # Settings

            Made from the server's own table of settings; edit that, not this page.

            A setting is taken from the first of these that says it: a flag of `parley serve`, an environment variable,
            the file `parley.json`, its default. The file is the one that `--config` (or `PARLEY_CONFIG`) names, else
            `./parley.json`, else `parley.json` in the data folder; it holds one object with a key a setting:

            ```json
            { "port": 8080, "cors_origins": ["https://example.org"], "retention_days": 90 }
            ```

            Everything that is wrong with any setting is reported at once, and the server does not start. A name that
            belongs to no setting is an error too, in the file and in the environment (`PARLEY_...`), except for those of clients:
            `PARLEY_URL`, `PARLEY_TOKEN`, `PARLEY_PROJECT`, `PARLEY_AGENT`, `PARLEY_CACERT`. Relative paths start where the server was started.
            With a star: a project may have a value of its own, set by `PUT /api/v1/projects/{id}`.

            | Setting | Default | Value | Meaning | Said by |
            |---|---|---|---|---|

            """);
        foreach (var setting in SettingsTable.All)
        {
            string?[] places = [setting.Flag, setting.EnvironmentName, setting.Alias];
            page.Append("| `").Append(setting.Name).Append(setting.PerProject ? "` * | " : "` | ")
                .Append(setting.DefaultText.Length == 0 ? "" : $"`{setting.DefaultText}`").Append(" | ")
                .Append(setting.Expected).Append(" | ").Append(setting.Meaning).Append(" | ")
                .AppendJoin(" ", places.OfType<string>().Select(place => $"`{place}`")).Append(" |\n");
        }

        page.Append(
            $"""

            ## The address of a PostgreSQL

            `{PostgresUrl.Form}`, also with `postgresql:`. Several hosts are joined by commas, as in `postgres://parley@db1,db2:5433/parley`: the
            primary among them is found, again after each failover. A port is 5432 if absent. In a user's name and password `/`, `?`, `#`, `@` and `:`
            are written `%2F`, `%3F`, `%23`, `%40` and `%3A`. Without a password there, `PGPASSWORD` and `~/.pgpass` are looked at. Behind a `?`,
            joined by `&`:

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
