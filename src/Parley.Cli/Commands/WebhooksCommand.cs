using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley webhooks list|show|create|resume|delete</c></summary>
internal static class WebhooksCommand
{
    private static readonly Argument<string> Id = new("webhook_id") { Description = "The webhook." };

    public static Command Create() =>
        new CliCommand("webhooks", "Lists, shows, creates, resumes, and deletes webhooks: addresses that the server posts events to as they happen.")
        {
            List(), Show(), CreateWebhook(), Resume(), Delete(),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand(
            "list", "Lists the project's webhooks and the state of their deliveries.", "parley webhooks list",
            "parley webhooks list --json | jq -r '.items[] | select(.status != \"active\").webhook_id'")
        {
            limit,
        }.Does(async call =>
        {
            var page = await call.Api.Webhooks.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageWebhook);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["webhook", "url", "types", "status", "failures", "delivered"], page, webhook => Row(webhook, call.Time),
                    "No webhooks. 'parley webhooks create URL' makes one.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows a webhook and the state of its deliveries.", "parley webhooks show 01a1f8c6-d837-7000-8000-003decffe239")
    {
        Id,
    }.Does(async call => Tell(call, await call.Api.Webhooks.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation)));

    private static CliCommand CreateWebhook()
    {
        var url = new Argument<string>("url") { Description = "The URL that events are posted to, such as https://ci.example.org/parley." };
        var types = new Option<string[]>("--type") { Description = "Only events of this type, with wildcards; may be repeated. Default: all.", HelpName = "TYPE" };
        var description = new Option<string?>("--description") { Description = "What it is for.", HelpName = "TEXT" };
        var secret = new Option<string?>("--secret-file")
        {
            Description = "A file with the secret that signs deliveries; '-' reads standard input. Default: the server creates one.",
            HelpName = "FILE",
        };
        return new CliCommand("create", "Creates a webhook. Prints the secret that the server created for it, which cannot be shown again.",
            "parley webhooks create https://ci.example.org/parley --type 'task_*' --type 'build.>'",
            "parley webhooks create https://ci.example.org/parley --secret-file webhook.secret")
        {
            url, types, description, secret,
        }.Does(async call =>
        {
            var request = new WebhookRequest
            {
                Url = call.Arguments.GetRequiredValue(url),
                Types = call.Arguments.GetValue(types),
                Description = call.Arguments.GetValue(description),
                Secret = call.Arguments.GetValue(secret) is { } file ? await ReadAsync(file, call.Cancellation) : null,
            };
            var webhook = await call.Api.Webhooks.CreateAsync(request, call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(webhook, WireJson.Lenient.Webhook);
                return ExitCode.Done;
            }

            call.Terminal.WriteLine(PlainText.Escape(webhook.WebhookId));
            if (webhook.Secret is not null)
            {
                call.Terminal.WriteLine(PlainText.Escape(webhook.Secret));
                call.Terminal.Note("The second line is the secret that signs deliveries. Keep it: it is not shown again.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Resume() => new CliCommand(
        "resume", "Resumes a webhook that is paused or ended. It continues from where it was.", "parley webhooks resume 01a1f8c6-d837-7000-8000-003decffe239")
    {
        Id,
    }.Does(async call => Tell(call, await call.Api.Webhooks.ResumeAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation)));

    private static CliCommand Delete() => new CliCommand("delete", "Deletes a webhook.", "parley webhooks delete 01a1f8c6-d837-7000-8000-003decffe239")
    {
        Id,
    }.Does(async call =>
    {
        await call.Api.Webhooks.DeleteAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        return ExitCode.Done;
    });

    private static ExitCode Tell(Call call, Webhook webhook)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(webhook, WireJson.Lenient.Webhook);
            return ExitCode.Done;
        }

        Listing.WriteFacts(call.Terminal, [
            ("webhook", PlainText.Escape(webhook.WebhookId)),
            ("url", PlainText.Escape(webhook.Url)),
            ("types", TypesOf(webhook)),
            ("description", webhook.Description is { } text ? PlainText.Name(text) : null),
            ("status", Words.Of(webhook.Status)),
            ("reason", webhook.Reason is { } reason ? PlainText.EscapeLine(reason, 300) : null),
            ("failures", $"{webhook.Failures ?? 0}"),
            ("last attempt", Listing.Ago(webhook.LastAttemptAt, call.Time)),
            ("last status", webhook.LastStatus is { } status ? $"{status}" : "-"),
            ("delivered", Listing.Ago(webhook.LastSuccessAt, call.Time)),
            ("missed", webhook.Missed is > 0 ? $"{webhook.Missed}" : null),
            ("place", webhook.Place),
            ("made", Listing.Ago(webhook.CreatedAt, call.Time)),
        ]);
        return ExitCode.Done;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return (file == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : await File.ReadAllTextAsync(file, cancellationToken)).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.UsedWrongly, $"'{file}' cannot be read.", null, fault);
        }
    }

    private static string TypesOf(Webhook webhook) => webhook.Types.Count == 0 ? "all" : PlainText.EscapeLine(string.Join(", ", webhook.Types), 60);

    private static IReadOnlyList<string> Row(Webhook webhook, TimeProvider time) =>
    [
        PlainText.Escape(webhook.WebhookId),
        PlainText.EscapeLine(webhook.Url, 60),
        TypesOf(webhook),
        Words.Of(webhook.Status),
        $"{webhook.Failures ?? 0}",
        Listing.Ago(webhook.LastSuccessAt, time),
    ];
}
