using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Mailboxes;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sending over a socket, one or many messages per frame.</summary>
internal sealed class SendFrames(Mailbox mailbox, Requests requests)
{
    private const int MostItems = 1_000;

    internal async ValueTask SendAsync(ISendingConnection connection, InFrame frame, SendShape shape, CancellationToken cancellationToken)
    {
        if (!MaySend(connection, frame))
            return;
        var isBatch = FrameItems.TrySplit(frame.Data, out var items);
        if (isBatch && items.Count is 0 or > MostItems)
        {
            connection.Fail(frame, Problems.InvalidField("items", $"must have 1 to {MostItems} items"));
            return;
        }

        var drafts = new List<SendDraft>(isBatch ? items.Count : 1);
        var problems = new ApiProblem?[isBatch ? items.Count : 1];
        for (var i = 0; i < problems.Length; i++)
        {
            var data = isBatch ? items[i] : frame.Data;
            if (Parse(data, shape, connection, out problems[i]) is { } draft)
                drafts.Add(draft);
        }

        await mailbox.RoomAsync(cancellationToken);
        var pending = await mailbox.SubmitAsync(connection.Project, connection.Sender, drafts, null, cancellationToken, Resume.AtCommit);
        connection.Answers.Begin();
        _ = AnswerAsync(connection, frame.Id, pending, problems, isBatch);
    }

    /// <summary>Sends the messages of several frames: stored by one operation, each answered separately.</summary>
    internal async ValueTask SendRunAsync(ISendingConnection connection, IReadOnlyList<InFrame> frames, int first, int count, CancellationToken cancellationToken)
    {
        var ids = new List<byte[]>(count);
        var drafts = new List<SendDraft>(count);
        for (var i = first; i < first + count; i++)
        {
            var frame = frames[i];
            if (!connection.Takes || FrameItems.AreIn(frame.Data))
            {
                // In order.
                await SubmitRunAsync(connection, ids, drafts, cancellationToken);
                (ids, drafts) = ([], []);
                await SendAsync(connection, frame, SendShape.Plain, cancellationToken);
            }
            else if (Parse(frame.Data, SendShape.Plain, connection, out var problem) is { } draft)
            {
                ids.Add(frame.Id);
                drafts.Add(draft);
            }
            else
            {
                connection.Fail(frame, problem!);
            }
        }

        await SubmitRunAsync(connection, ids, drafts, cancellationToken);
    }

    private async ValueTask SubmitRunAsync(ISendingConnection connection, List<byte[]> ids, List<SendDraft> drafts, CancellationToken cancellationToken)
    {
        if (drafts.Count == 0)
            return;
        await mailbox.RoomAsync(cancellationToken);
        // A batch in a single frame is never too large for the rate limit, but goes into debt. These are several frames, and the limit may allow only
        // some of them.
        var limits = connection.Project.Settings;
        if (limits.RatePerSecond <= 0 || drafts.Count <= limits.RateBurst)
        {
            var pending = await mailbox.SubmitAsync(connection.Project, connection.Sender, drafts, null, cancellationToken, Resume.AtCommit);
            if (!pending.IsRateLimited)
            {
                connection.Answers.Begin();
                _ = AnswerRunAsync(connection, ids, pending);
                return;
            }
        }

        for (var i = 0; i < drafts.Count; i++)
        {
            var one = await mailbox.SubmitAsync(connection.Project, connection.Sender, [drafts[i]], null, cancellationToken, Resume.AtCommit);
            connection.Answers.Begin();
            _ = AnswerRunAsync(connection, [ids[i]], one);
        }
    }

    private static async Task AnswerRunAsync(ISendingConnection connection, IReadOnlyList<byte[]> ids, PendingSends pending)
    {
        try
        {
            var replies = await pending.DoneAsync();
            for (var i = 0; i < ids.Count; i++)
            {
                if (ids[i].Length > 0)
                    connection.Add(new SendAnswerFrame(ids[i], [replies[i]], isBatch: false));
                else if (replies[i].Problem is { } problem)
                    connection.Add(DataFrame.Problem([], problem));
            }
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            foreach (var id in ids)
                connection.Add(DataFrame.Problem(id, StorageUnavailableException.ProblemOf(fault)));
        }
        catch (Exception)
        {
            // The store has logged this as a bug.
            foreach (var id in ids)
                connection.Add(DataFrame.Problem(id, Problems.Internal()));
        }
        finally
        {
            connection.Answers.End();
        }
    }

    private static SendDraft? Parse(ReadOnlyMemory<byte> data, SendShape shape, ISendingConnection connection, out ApiProblem? problem)
    {
        problem = null;
        var draft = data.IsEmpty ? null : SendReader.Read(data, shape);
        if (draft is null)
            problem = SendDiagnosis.Explain(data, shape);
        else if (draft.SenderId is { } sender && sender != connection.Sender.Id)
            problem = Problems.Forbidden($"This connection can send only as '{connection.Sender.Id}'.");
        return problem is null ? draft : null;
    }

    private static async Task AnswerAsync(ISendingConnection connection, byte[] id, PendingSends pending, ApiProblem?[] problems, bool isBatch)
    {
        try
        {
            var replies = await pending.DoneAsync();
            if (id.Length > 0)
                connection.Add(new SendAnswerFrame(id, Merge(problems, replies), isBatch));
            else if (Merge(problems, replies).FirstOrDefault(reply => reply.Problem is not null) is { Problem: { } problem })
                connection.Add(DataFrame.Problem([], problem));
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            connection.Add(DataFrame.Problem(id, StorageUnavailableException.ProblemOf(fault)));
        }
        catch (Exception)
        {
            // The store has logged this as a bug.
            connection.Add(DataFrame.Problem(id, Problems.Internal()));
        }
        finally
        {
            connection.Answers.End();
        }
    }

    /// <summary>Replies in the order of the frame's items. Bad items never reached the mailbox.</summary>
    private static IReadOnlyList<SendReply> Merge(ApiProblem?[] problems, IReadOnlyList<SendReply> replies)
    {
        if (replies.Count == problems.Length)
            return replies;
        var merged = new SendReply[problems.Length];
        for (int i = 0, next = 0; i < merged.Length; i++)
            merged[i] = problems[i] is { } problem ? new SendReply(problem, null, null) : replies[next++];
        return merged;
    }

    internal async ValueTask RequestAsync(ISendingConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!MaySend(connection, frame))
            return;
        if (Parse(frame.Data, SendShape.Request, connection, out var problem) is not { } draft)
        {
            connection.Fail(frame, problem!);
            return;
        }

        await mailbox.RoomAsync(cancellationToken);
        var request = await requests.BeginAsync(connection.Project, connection.Sender, draft, connection.Caller, cancellationToken);
        connection.Answers.Begin();
        _ = AnswerAsync(connection, frame.Id, request);
    }

    private static async Task AnswerAsync(ISendingConnection connection, byte[] id, RunningRequest request)
    {
        using (request)
        {
            try
            {
                if (!await TellStoredAsync(connection, id, request))
                    return;
                connection.Add((await request.AnswerAsync(connection.Closing)).TryGet(out var answer, out var problem)
                    ? new DataFrame("answer"u8.ToArray(), id, answer)
                    : DataFrame.Problem(id, problem));
            }
            catch (OperationCanceledException)
            {
                // The connection is closed. Its client will ask again on the next one.
            }
            catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
            {
                connection.Add(DataFrame.Problem(id, StorageUnavailableException.ProblemOf(fault)));
            }
        }
    }

    /// <returns>Whether it is stored. Only until then does the answer count as outstanding, because a reply may take an hour.</returns>
    private static async ValueTask<bool> TellStoredAsync(ISendingConnection connection, byte[] id, RunningRequest request)
    {
        try
        {
            var stored = await request.StoredAsync(connection.Closing);
            connection.Add(new SendAnswerFrame(id, [stored], isBatch: false));
            return stored.Problem is null;
        }
        finally
        {
            connection.Answers.End();
        }
    }

    private static bool MaySend(ISendingConnection connection, in InFrame frame)
    {
        if (connection.Takes)
            return true;
        connection.Fail(frame, Problems.Forbidden("An observer cannot send."));
        return false;
    }
}
