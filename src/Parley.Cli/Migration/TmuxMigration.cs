using Parley.Cli.CommandLine;
using Parley.Cli.Tmux;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Migration;

/// <summary>Moves panes to Parley, and back. Each step may be repeated: it is written down after it was done, and a step that was done before changes nothing.</summary>
internal sealed class TmuxMigration(Call call, TmuxClient tmux, PaneFinder finder, MigrationFile file)
{
    private const string CheckText =
        "This checks that your mail reaches you: from now on, your messages come through Parley too. Reading this is enough; nobody expects a reply.";

    private const int MostCompared = 50;

    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    private readonly Adoption _adoption = new(tmux, call);
    private readonly WakeJournal _journal = WakeJournal.OfThisUser;

    /// <summary>Begins a batch, or goes on with it, until all of its agents have read a message, or the time is over. Wakes its agents meanwhile.</summary>
    public async Task<MigrationPlan> RunAsync(MigrationPlan plan, MigrationBatch batch, TimeSpan longest)
    {
        var now = call.Time.GetUtcNow();
        if (batch.State is not BatchState.Dual)
            batch = batch with { State = BatchState.Dual, StartedAt = now, DualUntil = now + TimeSpan.FromMinutes(plan.DualMinutes), EndedAt = null };
        plan = Keep(plan.With(batch));

        var panes = await finder.FindAsync(call.Cancellation);
        foreach (var pane in batch.Panes)
        {
            if (Find(panes, pane) is not { } found)
            {
                call.Terminal.Note($"The pane {pane.Pane} of '{pane.Agent}' is gone.");
                continue;
            }

            await _adoption.AdoptAsync(found, pane.Agent, prompt: null, registers: true);
            if (pane.CheckId is not null)
                continue;
            batch = batch.With(pane with { CheckId = await SendCheckAsync(plan, batch, pane) });
            plan = Keep(plan.With(batch));
        }

        await WhileBridgedAsync(plan, async cancellationToken =>
        {
            for (var until = call.Time.GetUtcNow() + longest; !batch.IsValidated && call.Time.GetUtcNow() < until;)
            {
                foreach (var pane in batch.Panes.Where(pane => pane is { CheckedAt: null, CheckId: not null }))
                {
                    if (await CheckedAtAsync(pane, cancellationToken) is not { } at)
                        continue;
                    batch = batch.With(pane with { CheckedAt = at });
                    plan = Keep(plan.With(batch));
                    call.Terminal.Note($"'{pane.Agent}' reads its mail.");
                }

                if (!batch.IsValidated)
                    await Task.Delay(Between, call.Time, cancellationToken);
            }
        });
        return Keep(MigrationRules.Settle(plan, call.Time.GetUtcNow()));
    }

    /// <summary>Takes a batch back: first its agents get the time to read what waits for them, then the panes become what they were.</summary>
    /// <returns>The plan, and how many messages still wait for each agent.</returns>
    public async Task<(MigrationPlan Plan, IReadOnlyList<(string Agent, int Waiting)> Left)> RollBackAsync(MigrationPlan plan, MigrationBatch batch, TimeSpan longest)
    {
        var left = new List<(string Agent, int Waiting)>();
        if (batch.State is BatchState.Dual or BatchState.Migrated)
        {
            await WhileBridgedAsync(plan, async cancellationToken =>
            {
                for (var until = call.Time.GetUtcNow() + longest; ; await Task.Delay(Between, call.Time, cancellationToken))
                {
                    left.Clear();
                    foreach (var pane in batch.Panes)
                        left.Add((pane.Agent, await WaitingAsync(pane.Agent, cancellationToken)));
                    if (left.TrueForAll(one => one.Waiting == 0) || call.Time.GetUtcNow() >= until)
                        return;
                }
            });
        }

        foreach (var pane in batch.Panes)
            await RestoreAsync(pane);
        var back = batch with
        {
            State = BatchState.RolledBack,
            EndedAt = call.Time.GetUtcNow(),
            Panes = [.. batch.Panes.Select(pane => pane with { CheckId = null, CheckedAt = null })],
        };
        return (Keep(plan.With(back)), [.. left.Where(one => one.Waiting > 0)]);
    }

    /// <summary>What has happened to each pane so far.</summary>
    public async Task<IReadOnlyList<PaneReport>> ReportAsync(MigrationPlan plan)
    {
        var reports = new List<PaneReport>();
        var typed = _journal.Read(plan.CreatedAt);
        foreach (var batch in plan.Batches)
        {
            foreach (var pane in batch.Panes)
            {
                var deliveries = batch.StartedAt is { } since ? await DeliveriesAsync(pane.Agent, since) : [];
                var waiting = batch.State is BatchState.Planned ? 0 : await WaitingAsync(pane.Agent, call.Cancellation);
                reports.Add(MigrationRules.Report(batch, pane, deliveries, [.. typed.Where(line => line.AgentId == pane.Agent && line.At >= batch.StartedAt)], waiting));
            }
        }

        return reports;
    }

    /// <summary>Ends the move: agents that read their mail by themselves are no longer typed to.</summary>
    /// <returns>Those that are still typed to.</returns>
    public async Task<IReadOnlyList<string>> FinishAsync(MigrationPlan plan, IReadOnlyList<PaneReport> reports)
    {
        var independent = reports.Where(report => report is { State: BatchState.Migrated, Reading: Reading.Itself }).Select(report => report.Agent).ToHashSet(StringComparer.Ordinal);
        foreach (var pane in plan.Batches.SelectMany(batch => batch.Panes).Where(pane => independent.Contains(pane.Agent)))
        {
            var address = new PaneAddress(pane.Socket, pane.Pane);
            // After a restart of tmux, the id may be another agent's.
            if (await tmux.CaptureAsync(address, call.Cancellation) is not var (now, _) || now.Agent != pane.Agent)
                continue;
            if (await _adoption.ReleaseAsync(address) is { } failure)
                throw new CommandException(ExitCode.Failed, $"The mark of {pane.Pane} cannot be removed: {failure}.", "Do it again; what was done is kept.");
        }

        return [.. reports.Where(report => report.State is BatchState.Migrated && !independent.Contains(report.Agent)).Select(report => report.Agent)];
    }

    private MigrationPlan Keep(MigrationPlan plan)
    {
        file.Write(plan);
        return plan;
    }

    /// <summary>The same pane, if it still belongs to the same work: ids are not used again while a tmux server runs, but they are after its restart.</summary>
    private static FoundPane? Find(IReadOnlyList<FoundPane> panes, MigrationPane pane) => panes.FirstOrDefault(found =>
        found.Pane.Address == new PaneAddress(pane.Socket, pane.Pane) && (found.Pane.Agent == pane.Agent || found.Folder == pane.Folder));

    private async Task RestoreAsync(MigrationPane pane)
    {
        var address = new PaneAddress(pane.Socket, pane.Pane);
        if (await tmux.CaptureAsync(address, call.Cancellation) is not var (now, _) || now.Agent != pane.Agent || pane.Before == pane.Agent)
            return;
        if (await tmux.SetOptionAsync(address, Pane.AgentOption, pane.Before, call.Cancellation) is { } failure)
            throw new CommandException(ExitCode.Failed, $"The mark of {pane.Pane} cannot be removed: {failure}.", "Do it again; what was done is kept.");
    }

    private async Task<string> SendCheckAsync(MigrationPlan plan, MigrationBatch batch, MigrationPane pane) => (await call.Api.Messages.SendAsync(
        new SendRequest
        {
            To = [pane.Agent],
            MessageType = "migration.check",
            Content = CheckText,
            Surface = Surface.WhenIdle,
            // After a kill between sending and writing it down, the same message is found again. After a roll-back, a batch begins anew.
            IdempotencyKey = $"tmux-{plan.Id}-{batch.StartedAt?.ToUnixTimeMilliseconds()}-{pane.Agent}",
        },
        call.Cancellation)).MessageId;

    private async Task<DateTimeOffset?> CheckedAtAsync(MigrationPane pane, CancellationToken cancellationToken)
    {
        try
        {
            return (await call.Api.Messages.TraceAsync(pane.CheckId!, cancellationToken)).Deliveries.FirstOrDefault(delivery => delivery.AgentId == pane.Agent)?.AcknowledgedAt;
        }
        catch (ParleyException away) when (away is ParleyUnreachableException || away.Retryable)
        {
            return null;
        }
    }

    private async Task<int> WaitingAsync(string agent, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var mailbox = (await call.Api.Agents.GetAsync(agent, cancellationToken)).Mailbox;
                return mailbox.Queued + mailbox.InFlight;
            }
            catch (ParleyException missing) when (missing.Status == 404)
            {
                return 0;
            }
            catch (ParleyException away) when (away is ParleyUnreachableException || away.Retryable)
            {
                await Task.Delay(Between, call.Time, cancellationToken);
            }
        }
    }

    private async Task<IReadOnlyList<Delivery>> DeliveriesAsync(string agent, DateTimeOffset since)
    {
        var page = await call.Api.Messages.ListAsync(new MessageQuery { Recipient = agent, Since = since, Limit = MostCompared, Excerpt = 1 }, call.Cancellation);
        var deliveries = new List<Delivery>();
        foreach (var message in page.Items)
            deliveries.AddRange((await call.Api.Messages.TraceAsync(message.MessageId, call.Cancellation)).Deliveries.Where(delivery => delivery.AgentId == agent));
        return deliveries;
    }

    /// <summary>Wakes the plan's agents as long as something is done. Another bridge may run at the same time: the server gives each wake to one.</summary>
    private async Task WhileBridgedAsync(MigrationPlan plan, Func<CancellationToken, Task> work)
    {
        var mine = plan.Batches.Where(batch => batch.State is BatchState.Dual or BatchState.Migrated).SelectMany(batch => batch.Panes).Select(pane => pane.Agent).ToHashSet(StringComparer.Ordinal);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var bridge = new Bridge(call, tmux, finder, leavesCopyMode: false, _journal.Add).RunAsync(mine.Contains, ends.Token);
        var working = work(ends.Token);
        try
        {
            // A bridge that fails, such as for a missing tmux, ends the work.
            await await Task.WhenAny(working, bridge);
        }
        finally
        {
            await ends.CancelAsync();
            await bridge.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
