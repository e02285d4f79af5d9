using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley projects list|create|show|delete</c></summary>
internal static class ProjectsCommand
{
    private static readonly Argument<string> Id = new("project_id") { Description = "The project's id: up to 64 characters from A-Z, a-z, 0-9, '.', '_', and '-'." };

    public static Command Create() => new CliCommand("projects", "Lists, creates, shows, and deletes projects. Nothing crosses from one project to another.")
    {
        List(), CreateProject(), Show(), Delete(),
    };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists the projects that your token can access.", "parley projects list", "parley projects list --json | jq -r '.items[].project_id'")
        {
            limit,
        }.Does(async call =>
        {
            var page = await call.Api.Projects.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageProject);
            else
                Listing.WritePage(call.Terminal, ["project", "name", "state", "made"], page, project => Row(project, call.Time), "No projects.");
            return ExitCode.Done;
        });
    }

    private static CliCommand CreateProject()
    {
        var name = new Option<string?>("--name") { Description = "The name that people read; default: the id.", HelpName = "TEXT" };
        return new CliCommand("create", "Creates a project. Name it with --project in other commands, or in PARLEY_PROJECT.",
            "parley projects create alpha", "parley projects create alpha --name \"Alpha Centauri\"")
        {
            Id, name,
        }.Does(async call =>
        {
            var id = call.Arguments.GetRequiredValue(Id);
            var request = new ProjectRequest { ProjectId = id, Name = call.Arguments.GetValue(name) ?? id };
            var project = await call.Api.Projects.CreateAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(project, WireJson.Lenient.Project);
            else
                call.Terminal.WriteLine($"Created project '{project.ProjectId}'.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show() =>
        new CliCommand("show", "Shows a project and its own settings. For all others, it uses the server's.", "parley projects show alpha")
        {
            Id,
        }.Does(async call =>
        {
            var project = await call.Api.Projects.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(project, WireJson.Lenient.Project);
                return ExitCode.Done;
            }

            Listing.WriteFacts(call.Terminal, [
                ("project", project.ProjectId), ("name", project.Name), ("made", Listing.Ago(project.CreatedAt, call.Time)),
                ("state", project.Pause is { } pause ? Listing.PausedText(pause, call.Time) : null), .. Settings(project.Settings),
            ]);
            return ExitCode.Done;
        });

    private static CliCommand Delete()
    {
        var yes = new Option<bool>("--yes") { Description = "Delete it. Without this, nothing is deleted." };
        return new CliCommand("delete", "Deletes a project and everything in it, for good.", "parley projects delete alpha --yes")
        {
            Id, yes,
        }.Does(async call =>
        {
            var id = call.Arguments.GetRequiredValue(Id);
            if (!call.Arguments.GetValue(yes))
            {
                throw new CommandException(
                    ExitCode.UsedWrongly, $"This permanently deletes project '{id}' with its agents, messages, and memory.",
                    $"To delete it: parley projects delete {OwnName.Quoted(id)} --yes");
            }

            await call.Api.Projects.DeleteAsync(id, call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static IReadOnlyList<string> Row(Project project, TimeProvider time) =>
        [PlainText.Escape(project.ProjectId), PlainText.Name(project.Name), Listing.Paused(project.Pause, time), Listing.Ago(project.CreatedAt, time)];

    private static IEnumerable<(string, string?)> Settings(ProjectSettings own) =>
    [
        ("mailbox_limit", $"{own.MailboxLimit}"),
        ("message_ttl_seconds", $"{own.MessageTtlSeconds}"),
        ("retry_delay_seconds", $"{own.RetryDelaySeconds}"),
        ("max_attempts", $"{own.MaxAttempts}"),
        ("retention_days", $"{own.RetentionDays}"),
        ("rate_limit_per_second", $"{own.RateLimitPerSecond}"),
        ("rate_limit_burst", $"{own.RateLimitBurst}"),
        ("priority_aging_seconds", $"{own.PriorityAgingSeconds}"),
        ("loop_limit", $"{own.LoopLimit}"),
        ("reservations_ignore_case", own.ReservationsIgnoreCase is { } ignores ? ignores ? "true" : "false" : ""),
        ("summary_url", own.SummaryUrl ?? ""),
        ("summary_model", own.SummaryModel ?? ""),
    ];
}
