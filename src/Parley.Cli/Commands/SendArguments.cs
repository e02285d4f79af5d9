using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>The words of a message, which <c>send</c> and <c>request</c> share.</summary>
internal sealed class SendArguments
{
    private readonly Argument<string> _to = new("to")
    {
        Description = "An agent's id, '*' (quote it), squad:NAME, role:NAME, capability:NAME, topic:NAME or human; several separated by commas.",
    };

    private readonly Argument<string> _text = new("text") { Description = "What is said; '-' reads it from standard input." };

    private readonly Option<string?> _type = new("--type") { Description = "The message's type; 'text' if absent.", HelpName = "TYPE" };

    private readonly Option<int?> _priority = new("--priority")
    {
        Description = "1 low, 2 normal, 3 high, 4 critical; 2 if absent.",
        HelpName = "1-4",
    };

    private readonly Option<string?> _thread = new("--thread")
    {
        Description = "The thread it belongs to; a new one if absent.",
        HelpName = "ID",
    };

    private readonly Option<string?> _replyTo = new("--reply-to") { Description = "The message that it answers.", HelpName = "ID" };

    private readonly Option<string?> _outcome = new("--outcome") { Description = "Of a reply: whether what was asked for succeeded." };

    private readonly Option<string?> _execution = new("--execution") { Description = "The execution it belongs to.", HelpName = "ID" };

    private readonly Option<string?> _intent = new("--intent")
    {
        Description = "inform; request: a reply is expected; ack: no reply and no wake-up.",
    };

    private readonly Option<string?> _surface = new("--surface")
    {
        Description = "When it should come before the recipient; by priority if absent.",
    };

    private readonly Option<string?> _payload = new("--payload") { Description = "JSON that goes with the text.", HelpName = "JSON" };

    private readonly Option<string?> _key = new("--idempotency-key")
    {
        Description = "Sent again with the same key, it is one message.",
        HelpName = "KEY",
    };

    public SendArguments()
    {
        _outcome.OneOf(Words.All<Outcome>());
        _intent.OneOf(Words.All<Intent>());
        _surface.OneOf(Words.All<Surface>());
        _priority.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 4)
                result.AddError("--priority is 1 (low), 2 (normal), 3 (high) or 4 (critical).");
        });
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_to);
        command.Arguments.Add(_text);
        foreach (var option in new Option[] { _type, _priority, _thread, _replyTo, _outcome, _execution, _intent, _surface, _payload, _key })
            command.Options.Add(option);
    }

    /// <summary>The send that the words ask for.</summary>
    /// <exception cref="CommandException">The payload is no JSON.</exception>
    public async Task<SendRequest> ReadAsync(Call call)
    {
        var arguments = call.Arguments;
        var text = arguments.GetRequiredValue(_text);
        return new SendRequest
        {
            To = arguments.GetRequiredValue(_to).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Content = text == "-" ? await Console.In.ReadToEndAsync(call.Cancellation) : text,
            MessageType = arguments.GetValue(_type),
            Priority = (Priority?)arguments.GetValue(_priority),
            ConversationThreadId = arguments.GetValue(_thread),
            ReplyTo = arguments.GetValue(_replyTo),
            Outcome = Words.Parse<Outcome>(arguments.GetValue(_outcome)),
            ExecutionId = arguments.GetValue(_execution),
            Intent = Words.Parse<Intent>(arguments.GetValue(_intent)),
            Surface = Words.Parse<Surface>(arguments.GetValue(_surface)),
            Payload = Payload(arguments.GetValue(_payload)),
            IdempotencyKey = arguments.GetValue(_key),
            SenderId = call.ActingAs,
        };
    }

    private static JsonElement? Payload(string? json)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException malformed)
        {
            throw new CommandException(ExitCode.UsedWrongly, $"--payload is no JSON: {malformed.Message}",
                "Quote it for the shell: --payload '{\"file\": \"login.py\"}'.", malformed);
        }
    }
}
