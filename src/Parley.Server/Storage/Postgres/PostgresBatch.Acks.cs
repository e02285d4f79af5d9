using Npgsql;
using Parley.Protocol;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresBatch
{
    private readonly List<(SettleOperation Operation, int Index)> _acks = [];
    private long _clock;
    private int[] _acked = [];
    private long[] _ackedQueuedAt = [];
    private short[] _ackedAttempt = [];

    /// <summary>Adds an acknowledgment by lease.</summary>
    internal void Add(SettleOperation operation, int index)
    {
        _projects.Add(operation.Settles[index].Project);
        _acks.Add((operation, index));
        Weight++;
    }

    private void AddAcks(NpgsqlParameterCollection parameters)
    {
        var acks = _acks.Count == 0 ? null : _acks.ConvertAll(ack => ack.Operation.Settles[ack.Index]);
        parameters.Add(Value(acks?.Select(ack => ack.Delivery).ToArray(), LongNumbers));
        parameters.Add(Value(acks?.Select(ack => ack.Lease).ToArray(), LongNumbers));
        parameters.Add(Value(acks?.Select(ack => ack.Agent).ToArray(), Numbers));
        parameters.Add(Value(acks?.Select(ack => LogKey.Of(ack.Project, ack.Seq)).ToArray(), LongNumbers));
    }

    private void ReadAcked(NpgsqlDataReader row)
    {
        _clock = row.GetInt64(0);
        _acked = Array<int>(row, 1) ?? [];
        _ackedQueuedAt = Array<long>(row, 2) ?? [];
        _ackedAttempt = Array<short>(row, 3) ?? [];
    }

    private void CommitAcks()
    {
        for (var i = 0; i < _acked.Length; i++)
        {
            var (operation, index) = _acks[_acked[i] - 1];
            var ack = operation.Settles[index];
            operation.Settled(index);
            store.Latency.Record(ack.Project, _clock - _ackedQueuedAt[i]);
            store.Note(News, ack.Project, ack.Delivery, ack.Seq, ack.Agent, DeliveryState.Acknowledged, _ackedAttempt[i], _clock);
            store.Held.End(ack.Agent, ack.Delivery);
        }
    }

    private static T[]? Array<T>(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<T[]>(column);
}
