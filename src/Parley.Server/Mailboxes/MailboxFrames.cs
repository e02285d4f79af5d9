using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Settling over a socket, one or many deliveries per frame, and which deliveries a connection takes.</summary>
internal static class MailboxFrames
{
    private const int MostItems = 1_000;

    internal static ValueTask Settle(IAgentConnection connection, in InFrame frame, SettleVerb verb, Settling settling)
    {
        if (!connection.Takes)
        {
            connection.Fail(frame, Problems.Forbidden("An observer has no mailbox."));
            return ValueTask.CompletedTask;
        }

        var isBatch = FrameItems.TrySplit(frame.Data, out var items);
        if (isBatch && items.Count is 0 or > MostItems)
        {
            connection.Fail(frame, Problems.InvalidField("items", $"must have 1 to {MostItems} items"));
            return ValueTask.CompletedTask;
        }

        var settles = new SettleDraft[isBatch ? items.Count : 1];
        for (var i = 0; i < settles.Length; i++)
            settles[i] = SettleReader.Read(isBatch ? items[i] : frame.Data, verb);
        // Submitted before the next frame is read, so that deliveries are settled in the order of the frames.
        connection.Answers.Begin();
        var isDeferred = verb == SettleVerb.Ack && (frame.Id.Length == 0 || settles.All(settle => settle.IsDeferred));
        _ = AnswerAsync(connection, frame.Id, settling.SettleAsync(connection.Project, connection.Agent, settles, Resume.AtCommit, isDeferred), isBatch);
        return ValueTask.CompletedTask;
    }

    internal static ValueTask Filter(IMailboxConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!connection.TryRead<MailboxFilter>(frame, out var filter))
            return ValueTask.CompletedTask;
        connection.SetFilter(DeliveryFilters.Of(connection.Project, filter.Types, filter.Priorities, filter.Senders));
        connection.Ok(frame);
        return ValueTask.CompletedTask;
    }

    internal static ValueTask SetWindow(IMailboxConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!connection.TryRead<WindowRequest>(frame, out var request))
            return ValueTask.CompletedTask;
        if (request.Window is not (>= 0 and <= DeliveryWindow.Most))
        {
            connection.Fail(frame, Problems.InvalidField("window", $"expected 0 to {DeliveryWindow.Most}"));
            return ValueTask.CompletedTask;
        }

        connection.SetWindow(request.Window.Value);
        connection.Ok(frame);
        return ValueTask.CompletedTask;
    }

    private static async Task AnswerAsync(IAgentConnection connection, byte[] id, Task<IReadOnlyList<ApiProblem?>> settling, bool isBatch)
    {
        try
        {
            var problems = await settling;
            if (isBatch && id.Length > 0)
                connection.Add(new SettleAnswerFrame(id, problems));
            else if (problems.FirstOrDefault(problem => problem is not null) is { } problem)
                connection.Add(DataFrame.Problem(id, problem));
            else if (id.Length > 0)
                connection.Add(DataFrame.Ok(id));
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            connection.Add(DataFrame.Problem(id, StorageUnavailableException.ProblemOf(fault)));
        }
        finally
        {
            connection.Answers.End();
        }
    }
}
