using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Storage;

namespace Parley.Server.Entities;

/// <summary>Handles due entities of a kind, a few at a time, each in its own transition.</summary>
internal sealed partial class DueEntities<T>(
    EntityKind<T> kind, EntityBoard<T> board, IEntityStore store, IEnumerable<IDueLook<T>> looks, TimeProvider clock, ILogger<DueEntities<T>> logger) : IChore
    where T : class
{
    internal const int PartSize = 100;

    private readonly IDueLook<T>[] _looks = [.. looks];

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var last = default(EntityRow);
        while (true)
        {
            var part = await store.DueAsync(kind.Number, now, last, PartSize, cancellationToken);
            foreach (var row in part)
                await LookAsync(row, now, cancellationToken);
            if (part.Count < PartSize)
                return null;
            // Continues after these. Entities that stay due, or fail, are handled again by the next run and do not block this one.
            last = part[^1];
        }
    }

    private async ValueTask LookAsync(EntityRow row, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            if (_looks.Length > 0)
            {
                foreach (var look in _looks)
                    await look.LookAsync(row.Project, row.Id, now, cancellationToken);
                return;
            }

            // Reads it again: it may have been changed, or handled by another node, since the list was read.
            await board.ChangeAsync(
                row.Project, row.Id, sender: 0,
                present => present is not null && kind.Due!(present.Value) <= now ? kind.WhenDue(present, now) : Decision<T>.Keep,
                cancellationToken);
        }
        catch (Exception fault) when (fault is not (StorageUnavailableException or OperationCanceledException))
        {
            Log.LookFailed(logger, fault, kind.Name, row.Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Could not handle the {Kind} {Id}, which is due; will try again.")]
        internal static partial void LookFailed(ILogger logger, Exception fault, string kind, Guid id);
    }
}
