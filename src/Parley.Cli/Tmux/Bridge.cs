using System.Collections.Concurrent;
using System.Net;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>How one wake went.</summary>
internal sealed record BridgeLine(DateTimeOffset At, string AgentId, string Pane, WakeOutcome Outcome, string? Detail);

/// <summary>Keeps typing wakes into the adopted panes of this machine, and tells the server what the agents in them do.</summary>
/// <param name="leavesCopyMode">See <see cref="Submission"/>.</param>
/// <param name="told">Called with each outcome, one at a time.</param>
internal sealed class Bridge(Call call, TmuxClient tmux, PaneFinder finder, bool leavesCopyMode, Action<BridgeLine> told)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>For the report of the outcome, before the server gives up the wake.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWake = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan BetweenLooksForMissing = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(15);

    private readonly PaneWatch _watch = new(finder, tmux, call.Time);
    private readonly PaneTypist _typist = new(tmux, call.Time);
    private readonly ConcurrentDictionary<string, Task> _typing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _hooked = new(StringComparer.Ordinal);

    /// <summary>Marked panes whose agents the server does not know. They may be registered at any time.</summary>
    private readonly ConcurrentDictionary<string, bool> _missing = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _toldMissing = new(StringComparer.Ordinal);
    private readonly Lock _telling = new();
    private bool _isAway;

    /// <summary>Runs until it is canceled.</summary>
    /// <param name="isMine">Which agents to wake; null for all that are adopted. What they do is only told for all: it must not stay at what a bridge saw that
    /// runs for a moment.</param>
    public async Task RunAsync(Func<string, bool>? isMine, CancellationToken cancellationToken)
    {
        using var calls = new WakeCalls(call.Location, call.Token);
        CancellationTokenSource? asking = null;
        Task asked = Task.CompletedTask;
        var lookForMissing = DateTimeOffset.MinValue;
        try
        {
            while (true)
            {
                // A refusal, such as of the token, ends the bridge.
                if (asked.IsFaulted)
                    await asked;
                var isTimeForMissing = !_missing.IsEmpty && call.Time.GetUtcNow() >= lookForMissing;
                if (await _watch.RefreshAsync(cancellationToken) || isTimeForMissing)
                {
                    _missing.Clear();
                    lookForMissing = call.Time.GetUtcNow() + BetweenLooksForMissing;
                    asking?.Cancel();
                    await asked;
                    asking?.Dispose();
                    asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    asked = AskAllAsync(calls, [.. _watch.Agents.Keys.Where(agent => isMine?.Invoke(agent) ?? true)], asking.Token, cancellationToken);
                }

                if (isMine is null)
                    await TellActivityAsync(cancellationToken);
                await Task.Delay(Between, call.Time, cancellationToken);
            }
        }
        finally
        {
            asking?.Cancel();
            await asked;
            await Task.WhenAll(_typing.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            asking?.Dispose();
        }
    }

    private Task AskAllAsync(WakeCalls calls, IReadOnlyList<string> agents, CancellationToken whileSame, CancellationToken cancellationToken) =>
        Task.WhenAll(agents.Chunk(WakeCalls.MostAgents).Select(some => AskAsync(calls, some, whileSame, cancellationToken)));

    private async Task AskAsync(WakeCalls calls, IReadOnlyList<string> agents, CancellationToken whileSame, CancellationToken cancellationToken)
    {
        var backoff = TimeSpan.FromMilliseconds(250);
        try
        {
            var known = await KnownAsync(agents, whileSame);
            while (known.Count > 0)
            {
                try
                {
                    var wake = await calls.NextAsync(known, whileSame);
                    Back();
                    backoff = TimeSpan.FromMilliseconds(250);
                    if (wake is not null)
                        Begin(calls, wake, cancellationToken);
                }
                catch (Exception failure) when (IsTrouble(failure, whileSame))
                {
                    if (failure is HttpRequestException { StatusCode: HttpStatusCode.NotFound })
                        known = await KnownAsync(known, whileSame);
                    Away(failure);
                    await Task.Delay(backoff, call.Time, whileSame);
                    backoff = backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
                }
            }
        }
        catch (OperationCanceledException) when (whileSame.IsCancellationRequested)
        {
            // There are other agents now, or the program ends.
        }
    }

    /// <summary>Those that the server knows. A call for one that it does not know would be refused for all.</summary>
    private async Task<IReadOnlyList<string>> KnownAsync(IReadOnlyList<string> agents, CancellationToken cancellationToken)
    {
        var known = new List<string>();
        foreach (var agent in agents)
        {
            while (true)
            {
                try
                {
                    _hooked[agent] = (await call.Api.Agents.GetAsync(agent, cancellationToken)).Harness is not null;
                    known.Add(agent);
                    break;
                }
                catch (ParleyException missing) when (missing.Status == 404)
                {
                    _missing[agent] = true;
                    if (_toldMissing.TryAdd(agent, true))
                        call.Terminal.Note($"The server has no agent '{agent}'. Register it with 'parley tmux adopt --register'.");
                    break;
                }
                catch (ParleyException away) when (away is ParleyUnreachableException || away.Retryable)
                {
                    Away(away);
                    await Task.Delay(Between, call.Time, cancellationToken);
                }
            }
        }

        return known;
    }

    /// <summary>An agent has one wake at a time, but the one before may still be on its way to be reported.</summary>
    private void Begin(WakeCalls calls, Wake wake, CancellationToken cancellationToken)
    {
        _hooked[wake.AgentId] = wake.SessionId is not null;
        var before = _typing.GetValueOrDefault(wake.AgentId, Task.CompletedTask);
        _typing[wake.AgentId] = HandleAsync(before, calls, wake, cancellationToken);
    }

    private async Task HandleAsync(Task before, WakeCalls calls, Wake wake, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var now = call.Time.GetUtcNow();
        var deadline = (wake.ExpiresAt - now < LongestWake ? wake.ExpiresAt : now + LongestWake) - Margin;
        var done = new SubmissionStep.Done(WakeOutcome.Unverified, "the bridge ended while it typed");
        _watch.Agents.TryGetValue(wake.AgentId, out var pane);
        try
        {
            done = pane is null ? new SubmissionStep.Done(WakeOutcome.Failed, "the pane is closed")
                : await _typist.TypeAsync(pane.Address, wake.AgentId, wake.Text, deadline, leavesCopyMode, cancellationToken);
        }
        finally
        {
            // With the time at which it began: an agent that reads its mail after that may have been woken by it.
            lock (_telling)
                told(new BridgeLine(now, wake.AgentId, pane?.Address.Id ?? "-", done.Outcome, done.Detail));
        }

        // The server may be restarting. Its next wake for this agent is a while away, unless this one is reported.
        for (var until = call.Time.GetUtcNow() + LongestWake; call.Time.GetUtcNow() < until;)
        {
            try
            {
                await calls.ReportAsync(wake.WakeId, done.Outcome, done.Detail, cancellationToken);
                return;
            }
            catch (HttpRequestException refused) when (refused.StatusCode is HttpStatusCode.NotFound)
            {
                // It has been restarted, or the wake is over.
                return;
            }
            catch (Exception failure) when (IsTrouble(failure, cancellationToken))
            {
                Away(failure);
                await Task.Delay(Between, call.Time, cancellationToken);
            }
        }
    }

    /// <summary>What agents without hooks do, which only their screens say. Hooks know better.</summary>
    private async Task TellActivityAsync(CancellationToken cancellationToken)
    {
        var isAway = false;
        foreach (var (agent, activity) in await _watch.ChangesAsync(agent => !_hooked.GetValueOrDefault(agent), cancellationToken))
        {
            try
            {
                if (!isAway)
                    await call.Api.Agents.SetStatusAsync(agent, activity: activity, cancellationToken: cancellationToken);
            }
            catch (ParleyUnreachableException away)
            {
                isAway = true;
                Away(away);
            }
            catch (ParleyException)
            {
                // The agent is gone, or may not be changed with this token. What it does is only a hint.
            }

            if (isAway)
                _watch.Forget(agent);
        }
    }

    private static bool IsTrouble(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException or System.Text.Json.JsonException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private void Away(Exception failure)
    {
        lock (_telling)
        {
            if (!_isAway)
                call.Terminal.Note($"The server cannot be asked for wakes: {failure.Message.TrimEnd('.')}. Trying again.");
            _isAway = true;
        }
    }

    private void Back()
    {
        lock (_telling)
        {
            if (_isAway)
                call.Terminal.Note("Connected again.");
            _isAway = false;
        }
    }
}
