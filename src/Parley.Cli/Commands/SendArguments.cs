using System.CommandLine;
using System.CommandLine.Parsing;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary>The arguments and options that <c>send</c> and <c>request</c> have in common.</summary>
internal sealed class SendArguments
{
    private readonly Argument<string> _to = new("to")
    {
        Description = "An agent's id or name, '*' (quote it), squad:NAME, role:NAME, capability:NAME, topic:NAME, or human; separate several with commas.",
    };

    private readonly Argument<string?> _text = new("text")
    {
        Description = "The text; '-' reads it from standard input. May be omitted if there is a --payload.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _type = new("--type") { Description = "The message's type; default: text.", HelpName = "TYPE" };

    private readonly Option<Priority?> _priority = PriorityOption.Create();

    private readonly Option<string?> _thread = new("--thread")
    {
        Description = "The thread it belongs to; default: a new one.",
        HelpName = "ID",
    };

    private readonly Option<string?> _replyTo = new("--reply-to")
    {
        Description = "The message it replies to, which is acknowledged along with it.",
        HelpName = "ID",
    };

    private readonly Option<bool> _keep = new("--keep") { Description = "For a reply: do not acknowledge the message it replies to." };

    private readonly Option<string?> _outcome = new("--outcome") { Description = "For a reply: whether the request succeeded." };

    private readonly Option<string?> _execution = new("--execution") { Description = "The execution it belongs to.", HelpName = "ID" };

    private readonly Option<string?> _intent = new("--intent")
    {
        Description = "inform; request (expects a reply); ack (no reply and no wake-up).",
    };

    private readonly Option<string?> _surface = new("--surface")
    {
        Description = "When the recipient should see it; default: depends on the priority.",
    };

    private readonly Option<string?> _payload = new("--payload") { Description = "JSON to send along with the text, or instead of it.", HelpName = "JSON" };

    private readonly Option<string?> _key = new("--idempotency-key")
    {
        Description = "Idempotency key: sends with the same key store one message.",
        HelpName = "KEY",
    };

    public SendArguments()
    {
        _outcome.OneOf(Words.All<Outcome>());
        _intent.OneOf(Words.All<Intent>());
        _surface.OneOf(Words.All<Surface>());
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_to);
        command.Arguments.Add(_text);
        foreach (var option in new Option[] { _type, _priority, _thread, _replyTo, _keep, _outcome, _execution, _intent, _surface, _payload, _key })
            command.Options.Add(option);
    }

    /// <summary>The send that the arguments describe.</summary>
    /// <exception cref="CommandException">The payload is not JSON, the text should come from standard input and there was none, or there is neither a
    /// text nor a payload.</exception>
    public async Task<SendRequest> ReadAsync(Call call)
    {
        var arguments = call.Arguments;
        var text = arguments.GetValue(_text);
        if (text is null && arguments.GetValue(_payload) is null)
            throw new CommandException(ExitCode.UsedWrongly, "There is nothing to send: the text is missing.", "Say it after the recipient, or send JSON with --payload.");
        return new SendRequest
        {
            To = arguments.GetRequiredValue(_to).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Content = text == "-" ? await ReadInputAsync(call.Cancellation) : text,
            MessageType = arguments.GetValue(_type),
            Priority = arguments.GetValue(_priority),
            ConversationThreadId = arguments.GetValue(_thread),
            ReplyTo = arguments.GetValue(_replyTo),
            Settle = arguments.GetValue(_keep) ? false : null,
            Outcome = Words.Parse<Outcome>(arguments.GetValue(_outcome)),
            ExecutionId = arguments.GetValue(_execution),
            Intent = Words.Parse<Intent>(arguments.GetValue(_intent)),
            Surface = Words.Parse<Surface>(arguments.GetValue(_surface)),
            Payload = JsonWords.Read(arguments.GetValue(_payload), _payload.Name, "'{\"file\": \"login.py\"}'"),
            IdempotencyKey = arguments.GetValue(_key),
            SenderId = call.ActingAs,
        };
    }

    /// <summary>A text from standard input.</summary>
    /// <exception cref="CommandException">There is none.</exception>
    // The command that should have produced the text has probably failed. An empty message would hide that.
    internal static async Task<string> ReadInputAsync(CancellationToken cancellationToken)
    {
        var text = await Console.In.ReadToEndAsync(cancellationToken);
        return string.IsNullOrWhiteSpace(text)
            ? throw new CommandException(ExitCode.UsedWrongly, "Standard input is empty: nothing was sent.", "'-' takes the text from there; pipe one into it.")
            : text;
    }
}
