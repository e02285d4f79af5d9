using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Cli.Tmux;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley tmux list|adopt|release|bridge|send</c>: agents that live in panes of tmux.</summary>
internal static class TmuxCommand
{
    /// <summary>Which tmux servers to look at.</summary>
    internal static readonly Option<string[]> Socket = new("--socket")
    {
        Description = "A tmux server: its name (tmux -L) or its socket's path (tmux -S); may be repeated. Default: all servers of this user.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> LeaveCopyMode = new("--leave-copy-mode")
    {
        Description = "End copy mode in order to type. Otherwise, wait until whoever reads there ends it.",
    };

    public static Command Create() => new CliCommand("tmux", "Agents that run in panes of tmux.") { List(), Adopt(), Release(), BridgeThem(), Send() };

    /// <summary>Turns the ways in which tmux itself can fail into errors of the command.</summary>
    internal static CliCommand DoesWithTmux(this CliCommand command, Func<Call, TmuxClient, PaneFinder, Task<ExitCode>> action) => command.Does(async call =>
    {
        if (OperatingSystem.IsWindows())
            throw new CommandException(ExitCode.Failed, "There is no tmux on Windows.", "Run this in WSL, where the panes are.");
        var tmux = new TmuxClient();
        var finder = new PaneFinder(tmux, TmuxSockets.Find(call.Arguments.GetValue(Socket) ?? [], Environment.GetEnvironmentVariable));
        try
        {
            return await action(call, tmux, finder);
        }
        catch (TmuxMissingException missing)
        {
            throw new CommandException(ExitCode.Failed, missing.Message, "Install tmux, or add it to PATH.", missing);
        }
    });

    private static CliCommand List() => new CliCommand(
        "list", "Lists the panes of this user: what runs in them, what it is doing, and which agents they are.", "parley tmux list", "parley tmux list --json | jq -r .agent")
    {
        Socket,
    }.DoesWithTmux(async (call, tmux, finder) =>
    {
        var lines = new List<PaneLine>();
        foreach (var found in await finder.FindAsync(call.Cancellation))
        {
            var (pane, state) = (found.Pane, await StateAsync(tmux, found, call.Cancellation));
            lines.Add(new PaneLine(
                pane.Address.Socket, pane.Address.Id, pane.Place, found.Program, found.Folder, pane.Agent, pane.Agent is null ? found.Name : null, WordOf(state), DetailOf(state)));
        }

        if (call.Terminal.Json)
        {
            foreach (var line in lines)
                call.Terminal.WriteJson(line, TmuxLines.Json.PaneLine);
        }
        else if (lines.Count == 0)
        {
            call.Terminal.Note("No panes. Start tmux, or name its server with --socket.");
        }
        else
        {
            Listing.Write(call.Terminal, ["pane", "place", "program", "agent", "state", "folder"], lines.Select(line => (IReadOnlyList<string>)
            [
                line.Pane, PlainText.Name(line.Place), PlainText.Name(line.Program), PlainText.Name(line.Agent ?? "-"), line.State, PlainText.EscapeLine(line.Folder, 80),
            ]));
        }

        return ExitCode.Done;
    });

    private static CliCommand Adopt()
    {
        var panes = new Argument<string[]>("pane")
        {
            Description = "The panes, as %ID or SESSION:WINDOW.PANE, each with =AGENT to name the agent. Default: all in which a program runs that Parley knows.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var register = new Option<bool>("--register") { Description = "Register the agents that the server does not have." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would be done." };
        var prompt = new Option<string?>("--prompt")
        {
            Description = "For programs that Parley does not know: what their empty prompt looks like, exactly, such as '> '. Without it, nothing is typed into them.",
            HelpName = "TEXT",
        };
        return new CliCommand("adopt", "Makes panes agents: marks them, and tells the server where the agents live.",
            "parley tmux adopt --dry-run", "parley tmux adopt --register", "parley tmux adopt main:0.1=be-1 --register", "parley tmux adopt %7=helper --prompt '> '")
        {
            panes, register, dryRun, prompt, Socket,
        }.DoesWithTmux(async (call, tmux, finder) =>
        {
            var arguments = call.Arguments;
            var found = await finder.FindAsync(call.Cancellation);
            var plan = Adoption.Plan(found, PaneChoice.Read(arguments.GetValue(panes) ?? [], found));
            if (arguments.GetValue(prompt) is { } sign && (string.IsNullOrWhiteSpace(sign) || arguments.GetValue(panes) is not { Length: > 0 }))
                throw new CommandException(ExitCode.UsedWrongly, "--prompt takes the text of a prompt, and needs the panes that it is for.", "parley tmux adopt %7=helper --prompt '> '");
            if (plan.Count == 0)
                call.Terminal.Note("No program that Parley knows runs in a pane. 'parley tmux list' shows the panes; adopt others with PANE=AGENT.");
            var adoption = new Adoption(tmux, call);
            foreach (var pane in plan)
            {
                var done = pane.Refusal is not null ? "refused" : arguments.GetValue(dryRun) ? "would_adopt"
                    : await adoption.AdoptAsync(pane.Found, pane.Agent!, arguments.GetValue(prompt), arguments.GetValue(register)) ? "registered" : "adopted";
                Show(call, pane, done);
            }

            return plan.Any(pane => pane.Refusal is not null) ? ExitCode.Conflict : ExitCode.Done;
        });
    }

    private static void Show(Call call, AdoptedPane pane, string done)
    {
        var (at, address) = (pane.Found.Pane, pane.Found.Pane.Address);
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(new AdoptionLine(address.Socket, address.Id, at.Place, pane.Found.Program, pane.Agent, done, pane.Refusal), TmuxLines.Json.AdoptionLine);
            return;
        }

        var what = done switch
        {
            "refused" => $"not adopted, because {pane.Refusal}",
            "would_adopt" => $"would be '{pane.Agent}'",
            "registered" => $"is '{pane.Agent}', which was registered",
            _ => $"is '{pane.Agent}'",
        };
        call.Terminal.WriteLine(PlainText.Line($"{address.Id} ({at.Place}, {pane.Found.Program}): {what}.", 400));
    }

    private static CliCommand Release()
    {
        var panes = new Argument<string[]>("pane") { Description = "The panes, as %ID, SESSION:WINDOW.PANE, or agent.", Arity = ArgumentArity.OneOrMore };
        return new CliCommand("release", "Takes the mark off panes, so that nothing is typed into them anymore. The agents stay registered.", "parley tmux release be-1")
        {
            panes, Socket,
        }.DoesWithTmux(async (call, tmux, finder) =>
        {
            var found = await finder.FindAsync(call.Cancellation);
            var adoption = new Adoption(tmux, call);
            foreach (var pane in arguments(call).Select(word => PaneChoice.Find(word, found)).ToList())
            {
                if (await adoption.ReleaseAsync(pane.Pane.Address) is { } failure)
                    throw new CommandException(ExitCode.Failed, $"The mark of {pane.Pane.Address.Id} cannot be removed: {failure}.");
                call.Terminal.WriteLine(PlainText.Line($"{pane.Pane.Address.Id} is no longer '{pane.Pane.Agent}'.", 400));
            }

            return ExitCode.Done;
        });

        string[] arguments(Call call) => call.Arguments.GetRequiredValue(panes);
    }

    private static CliCommand BridgeThem() => new CliCommand(
        "bridge", "Wakes the agents in adopted panes by typing, for as long as it runs, and tells the server what those without hooks do.",
        "parley tmux bridge", "parley tmux bridge --json | jq -r 'select(.outcome != \"submitted\")'")
    {
        LeaveCopyMode, Socket,
    }.DoesWithTmux(async (call, tmux, finder) =>
    {
        var journal = WakeJournal.OfThisUser;
        call.Terminal.Note("Typing wakes into adopted panes that are idle. Ctrl-C ends it.");
        try
        {
            await new Bridge(call, tmux, finder, call.Arguments.GetValue(LeaveCopyMode), Told).RunAsync(isMine: null, call.Cancellation);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Ctrl-C is the way to stop it.
        }

        return ExitCode.Done;

        void Told(BridgeLine line)
        {
            journal.Add(line);
            Show(call, line);
        }
    });

    private static void Show(Call call, BridgeLine line)
    {
        if (call.Terminal.Json)
            call.Terminal.WriteJson(line, TmuxLines.Json.BridgeLine);
        else
            call.Terminal.WriteLine(PlainText.Line($"{line.At.ToLocalTime():T} {line.AgentId} ({line.Pane}): {Words.Of(line.Outcome)}{(line.Detail is { } why ? $": {why}" : "")}", 400));
    }

    private static CliCommand Send()
    {
        var pane = new Argument<string>("pane") { Description = "The pane, as %ID, SESSION:WINDOW.PANE, or agent." };
        var text = new Argument<string>("text") { Description = "One line of text." };
        var wait = Numbers.WithDefault("--wait", "How long to wait until the pane is idle, in seconds (0-3600).", "S", 0.0, 3_600, 60, "a number of seconds from 0 to 3600");
        return new CliCommand("send", "Types a line into a pane and submits it, with the same care as wakes. Exit code 1 if it was not submitted.",
            "parley tmux send main:0.1 \"Please look at the build\"")
        {
            pane, text, wait, LeaveCopyMode, Socket,
        }.DoesWithTmux(async (call, tmux, finder) =>
        {
            var line = call.Arguments.GetRequiredValue(text).Trim();
            if (line.Length is 0 or > 500 || line.Any(char.IsControl))
                throw new CommandException(ExitCode.UsedWrongly, "The text must be one line of 1 to 500 characters.", "Longer texts: parley send AGENT TEXT.");
            var found = PaneChoice.Find(call.Arguments.GetRequiredValue(pane), await finder.FindAsync(call.Cancellation));
            var done = await new PaneTypist(tmux, call.Time).TypeAsync(
                found.Pane.Address, null, line, call.Time.GetUtcNow() + TimeSpan.FromSeconds(call.Arguments.GetValue(wait)), call.Arguments.GetValue(LeaveCopyMode), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new TypedLine(found.Pane.Address.Id, done.Outcome, done.Detail), TmuxLines.Json.TypedLine);
            else
                call.Terminal.WriteLine(PlainText.Line($"{found.Pane.Address.Id}: {Words.Of(done.Outcome)}{(done.Detail is { } why ? $": {why}" : "")}", 400));
            return done.Outcome is WakeOutcome.Failed ? ExitCode.Failed : ExitCode.Done;
        });
    }

    private static async Task<ScreenState> StateAsync(TmuxClient tmux, FoundPane found, CancellationToken cancellationToken) =>
        await tmux.CaptureAsync(found.Pane.Address, cancellationToken) is var (pane, lines)
            ? ScreenReader.Read(found.Harness, pane, lines)
            : new ScreenState.Unknown("the pane is closed");

    private static string WordOf(ScreenState state) => state switch
    {
        ScreenState.IdleState => "idle",
        ScreenState.BusyState => "busy",
        ScreenState.Draft => "draft",
        ScreenState.Dialog => "dialog",
        _ => "unknown",
    };

    private static string? DetailOf(ScreenState state) => state switch
    {
        ScreenState.Dialog dialog => dialog.Question,
        ScreenState.Unknown unknown => unknown.Why,
        _ => null,
    };
}
