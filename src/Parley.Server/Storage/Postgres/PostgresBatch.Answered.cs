using Npgsql;
using NpgsqlTypes;
using Parley.Protocol;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>What the replies of a batch settle. A batch without replies does no work here.</summary>
internal sealed partial class PostgresBatch
{
    private const string SettleAnswered = "SELECT * FROM parley_settle_answered_1($1, $2, $3, $4, $5)";

    private bool _hasAnswers;
    private AnsweredDelivery[] _answered = [];
    private long _answeredAt;

    private readonly record struct AnsweredDelivery(long Delivery, long Place, int Agent, short Attempt, long QueuedAt);

    private NpgsqlBatchCommand SettleAnsweredCommand(long now)
    {
        var replies = _sends.FindAll(send => send.Send.Settles);
        var command = new NpgsqlBatchCommand(SettleAnswered);
        command.Parameters.Add(Value(now, NpgsqlDbType.Bigint));
        command.Parameters.Add(Value(Longs(replies, reply => LogKey.Of(reply.Send.Project.Number, reply.Send.ReplyTo)), LongNumbers));
        command.Parameters.Add(Value(Ints(replies, reply => reply.Send.Sender.Number), Numbers));
        command.Parameters.Add(Value(Longs(replies, reply => reply.Bits), LongNumbers));
        command.Parameters.Add(Value(Ints(replies, reply => reply.Project.Messages), Numbers));
        return command;
    }

    private async Task ReadAnsweredAsync(NpgsqlDataReader results)
    {
        if (!_hasAnswers)
            return;
        _ = await results.ReadAsync();
        _answeredAt = results.GetInt64(0);
        var deliveries = Array<long>(results, 1) ?? [];
        var (places, agents) = (Array<long>(results, 2), Array<int>(results, 3));
        var (attempts, queuedAt) = (Array<short>(results, 4), Array<long>(results, 5));
        _answered = [.. deliveries.Select((delivery, i) => new AnsweredDelivery(delivery, places![i], agents![i], attempts![i], queuedAt![i]))];
        _ = await results.NextResultAsync();
    }

    private void CommitAnswered()
    {
        foreach (var (delivery, place, agent, attempt, queuedAt) in _answered)
        {
            var project = LogKey.Project(place);
            store.Latency.Record(project, _answeredAt - queuedAt);
            store.Note(News, project, delivery, LogKey.Seq(place), agent, DeliveryState.Acknowledged, attempt, _answeredAt);
            store.Held.End(agent, delivery);
            store.Backlogs.Forget(agent);
        }
    }
}
