using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley inbound list|show|create|delete</c></summary>
internal static class InboundCommand
{
    private static readonly Argument<string> Id = new("hook_id") { Description = "The hook, by its id from 'parley inbound list'." };

    public static Command Create() =>
        new CliCommand("inbound", "Lists, shows, creates, and deletes inbound hooks: addresses that GitHub, CI, and other services post messages to.")
        {
            List(), Show(), CreateHook(), Delete(),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists the project's hooks.", "parley inbound list") { limit }.Does(async call =>
        {
            var page = await call.Api.Inbound.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageInboundHook);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["hook", "name", "to", "type", "created"], page, hook => Row(hook, call.Time), "No inbound hooks. 'parley inbound create NAME TO' creates one.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows a hook, without its secret.", "parley inbound show 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")
    {
        Id,
    }.Does(async call =>
    {
        var hook = await call.Api.Inbound.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(hook, WireJson.Lenient.InboundHook);
            return ExitCode.Done;
        }

        Listing.WriteFacts(
            call.Terminal,
            [
                ("hook", hook.HookId), ("name", hook.Name), ("address", AddressOf(hook, call)), ("to", string.Join(", ", hook.To)), ("type", hook.MessageType),
                ("priority", Words.Of(hook.Priority)), ("thread", hook.Thread), ("created by", hook.CreatedBy), ("created", Listing.Since(hook.CreatedAt, call.Time)),
            ]);
        return ExitCode.Done;
    });

    private static CliCommand CreateHook()
    {
        var name = new Argument<string>("name") { Description = "Its name, such as GitHub." };
        var to = new Argument<string>("to")
        {
            Description = "Who gets the messages: an agent's id or name, '*' (quote it), squad:NAME, role:NAME, capability:NAME, topic:NAME, or human; separate several with commas.",
        };
        var type = new Option<string?>("--type") { Description = "The type of the messages; default: webhook.", HelpName = "TYPE" };
        var priority = PriorityOption.Create();
        var thread = new Option<string?>("--thread") { Description = "The thread that they belong to; default: a new one for each.", HelpName = "ID" };
        var secret = new Option<string?>("--secret") { Description = "A secret of your own, 16 to 255 characters; default: the server creates one. '-' reads it from standard input.", HelpName = "SECRET" };
        return new CliCommand("create", "Creates a hook, and prints its address and its secret. The secret is shown only once.",
            "parley inbound create GitHub role:release", "parley inbound create CI be-1 --type build_result --priority high")
        {
            name, to, type, priority, thread, secret,
        }.Does(async call =>
        {
            var own = call.Arguments.GetValue(secret);
            var hook = await call.Api.Inbound.CreateAsync(
                new InboundHookRequest
                {
                    Name = call.Arguments.GetRequiredValue(name),
                    To = call.Arguments.GetRequiredValue(to).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    MessageType = call.Arguments.GetValue(type),
                    Priority = call.Arguments.GetValue(priority),
                    Thread = call.Arguments.GetValue(thread),
                    Secret = own == "-" ? (await Console.In.ReadToEndAsync(call.Cancellation)).TrimEnd('\r', '\n') : own,
                },
                call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(hook, WireJson.Lenient.InboundHook);
                return ExitCode.Done;
            }

            Listing.WriteFacts(call.Terminal, [("hook", hook.HookId), ("address", AddressOf(hook, call)), ("secret", hook.Secret)]);
            if (hook.Secret is not null)
                call.Terminal.Note("Keep the secret: it is not shown again.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Delete() => new CliCommand("delete", "Deletes a hook. Its messages stay.", "parley inbound delete 0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")
    {
        Id,
    }.Does(async call =>
    {
        await call.Api.Inbound.DeleteAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        return ExitCode.Done;
    });

    /// <summary>The address for the sender. Behind a proxy, its host may be different.</summary>
    private static string AddressOf(InboundHook hook, Call call) => new Uri(call.Location.Url, hook.Path).AbsoluteUri;

    private static IReadOnlyList<string> Row(InboundHook hook, TimeProvider time) =>
    [
        PlainText.Escape(hook.HookId),
        PlainText.Escape(hook.Name),
        PlainText.Escape(string.Join(", ", hook.To)),
        PlainText.Escape(hook.MessageType),
        Listing.Ago(hook.CreatedAt, time),
    ];
}
