using System.Text;
using Npgsql;
using NpgsqlTypes;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Transitions of entities in a batch, each with one call of <c>parley_change_1</c>.</summary>
internal sealed partial class PostgresBatch
{
    private static readonly string Change = $"SELECT * FROM parley_change_1({string.Join(", ", Enumerable.Range(1, 22).Select(number => $"${number}"))})";

    private const string AllSent = "SELECT parley_all_sent_2($1, $2)";

    private readonly List<TransitionOperation> _transitions = [];

    /// <summary>The project of the transitions that have messages; null if there are none. The batch then has no other messages, because a message that
    /// is refused rolls it back.</summary>
    private int? _messagesOf;

    private (long Delivery, int Agent, long Place, long At)? _replaced;

    /// <summary>Whether a transition that has messages can join this batch.</summary>
    internal bool FitsWithMessages(Transition transition) =>
        (_messagesOf is null ? _sends.Count == 0 : _messagesOf == transition.Project) && transition.Messages.Cast<Send>().All(FitsBeside);

    internal void Add(TransitionOperation operation)
    {
        _projects.Add(operation.Transition.Project);
        _transitions.Add(operation);
        if (operation.HasMessages)
            _messagesOf = operation.Transition.Project;
        Weight += operation.Transition.Writes.Count;
    }

    /// <summary>Marks the batch as full.</summary>
    internal void Close() => Weight = Math.Max(Weight, MaxWeight);

    private static NpgsqlBatchCommand UnchangedCommand(Transition transition) => PostgresTransaction.Command(
        "SELECT parley_unchanged_1($1, $2, $3)", transition.Project,
        transition.Unchanged.Select(row => LogKey.Of(row.Project, row.Made)).ToArray(), transition.Unchanged.Select(row => LogKey.Of(row.Project, row.Changed)).ToArray());

    private NpgsqlBatchCommand ChangeCommand(TransitionOperation operation, long now, int node, bool notify)
    {
        var transition = operation.Transition;
        var writes = transition.Writes.ToList();
        var command = new NpgsqlBatchCommand(Change);
        var to = command.Parameters;
        to.Add(new NpgsqlParameter<long> { TypedValue = now });
        to.Add(new NpgsqlParameter<int> { TypedValue = node });
        to.Add(new NpgsqlParameter<bool> { TypedValue = notify });
        to.Add(new NpgsqlParameter<int> { TypedValue = transition.Project });
        to.Add(new NpgsqlParameter<int> { TypedValue = transition.Sender });
        to.Add(new NpgsqlParameter<int> { TypedValue = transition.Messages.Count });
        to.Add(Value(Longs(writes, write => write.Present is { } present ? LogKey.Of(transition.Project, present.Made) : 0), LongNumbers));
        to.Add(Value(Longs(writes, write => write.Present is { } present ? LogKey.Of(transition.Project, present.Changed) : 0), LongNumbers));
        to.Add(Value(writes.Select(write => write.Removes).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean));
        to.Add(Value(operation.Bits, LongNumbers));
        to.Add(Value(Longs(writes, write => write.Due ?? 0), LongNumbers));
        to.Add(Value(Ints(writes, write => write.Kind.Number), Numbers));
        to.Add(Value(Ints(writes, write => (int)write.Audience), Numbers));
        to.Add(Value(Ints(writes, write => write.IsOver ? 1 : 0), Numbers));
        to.Add(Value(writes.Select(write => write.Name).ToArray(), Texts));
        to.Add(Value(writes.Select(write => write.Type).ToArray(), Texts));
        to.Add(Value(writes.Select(write => Encoding.UTF8.GetString(write.Body)).ToArray(), Texts));
        to.Add(Value(writes.Select(write => Encoding.UTF8.GetString(write.Entry)).ToArray(), Texts));
        to.Add(Value(writes.Select(write => write.Marks is not null).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean));
        to.Add(Value(writes.Select(write => write.OwnsItsMessages).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean));
        AddMarks(to, writes);
        return command;
    }

    private static void AddMarks(NpgsqlParameterCollection to, List<EntityWrite> writes)
    {
        var marks = writes.SelectMany((write, i) => (write.Marks ?? []).Select(mark => (Write: i + 1, Mark: EntitySql.Mark(write.Kind.Number, mark)))).ToList();
        to.Add(Value(Ints(marks, mark => mark.Write), Numbers));
        to.Add(Value(marks.Count == 0 ? null : marks.Select(mark => mark.Mark).ToArray(), Texts));
    }

    /// <summary>A dead letter that a message replaces is alone with it in its batch.</summary>
    private async Task ReadReplacedAsync(NpgsqlDataReader results, long now)
    {
        if (_transitions is not [{ Transition: { DeadLetter: { } delivery } }])
            return;
        _ = await results.ReadAsync();
        _replaced = (delivery, results.GetInt32(0), results.GetInt64(1), now);
        _ = await results.NextResultAsync();
    }

    private void CommitReplaced()
    {
        if (_replaced is var (delivery, agent, place, now))
            store.Note(News, LogKey.Project(place), delivery, LogKey.Seq(place), agent, DeliveryState.Withdrawn, 1, now);
    }

    private async Task ReadChangedAsync(NpgsqlDataReader results)
    {
        foreach (var operation in _transitions)
        {
            if (operation.Transition.Writes.Count == 0)
            {
                operation.Take(0, 0);
                continue;
            }

            _ = await results.ReadAsync();
            if (results.GetBoolean(0))
                operation.Take(results.GetInt64(1), results.GetInt64(2));
            else
                operation.Refuse(await results.IsDBNullAsync(2) ? TransitionOutcome.ProjectGone : TransitionOutcome.Conflict);
            _ = await results.NextResultAsync();
        }
    }
}
