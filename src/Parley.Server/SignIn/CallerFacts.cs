using System.Collections.Frozen;
using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Monitoring;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.SignIn;

/// <summary>Who a caller is, and what it may do.</summary>
internal sealed class CallerFacts(ProjectDirectory projects, TimeProvider clock)
{
    private const int MostProjects = 500;

    private static readonly FrozenDictionary<TokenKind, string[]> Permissions = Enum.GetValues<TokenKind>().ToFrozenDictionary(
        kind => kind,
        kind => Enum.GetValues<Permission>().Where(permission => WhoMayDoWhat.May(kind, permission) != Access.No).Select(WireType.WordOf).ToArray());

    /// <returns>Null if there is no such project.</returns>
    public Me? Of(Caller caller, string projectId) => projects.Find(projectId) is not { } project ? null : new Me
    {
        Kind = caller.Kind,
        Name = caller.AgentId is { } id ? project.Agents.Find(id)?.Record.Name : null,
        AgentId = caller.AgentId,
        Projects = ProjectsOf(caller),
        May = Permissions[caller.Kind],
        ExpiresAt = caller.ExpiresAt,
        Server = new ServerFacts
        {
            Version = ServerVersion.Text,
            Time = clock.GetUtcNow(),
            Epoch = project.Log.Epoch.ToString(CultureInfo.InvariantCulture),
            RetentionDays = project.Settings.Retention?.TotalDays,
        },
    };

    private IReadOnlyList<string> ProjectsOf(Caller caller) => caller.ProjectId is { } only
        ? [only]
        : [.. projects.All.Select(project => project.Id).Order(StringComparer.Ordinal).Take(MostProjects)];
}
