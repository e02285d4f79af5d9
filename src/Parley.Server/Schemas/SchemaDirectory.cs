using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>All schemas, compiled, in memory, so a send does not access the store, and in a project without schemas does a single lookup. Changes are
/// stored before they take effect.</summary>
internal sealed partial class SchemaDirectory(
    EntityBoard<MessageSchema> board, ProjectDirectory projects, IClusterView cluster, ILogger<SchemaDirectory> logger) : IDisposable
{
    private readonly ConcurrentDictionary<int, ConcurrentDictionary<string, Kept>> _byProject = new();

    // Changes are rare. Making them one at a time keeps memory and store consistent.
    private readonly SemaphoreSlim _changing = new(1, 1);

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            await foreach (var schema in board.AllAsync(project.Number, cancellationToken))
                Keep(schema);
        }
    }

    /// <summary>The schema that payloads of a type must match; null if there is none.</summary>
    internal PayloadSchema? Of(int project, string type) =>
        _byProject.TryGetValue(project, out var schemas) && schemas.TryGetValue(type, out var kept) ? kept.Compiled : null;

    internal int CountOf(int project) => _byProject.TryGetValue(project, out var schemas) ? schemas.Count : 0;

    /// <summary>A schema that another node registered.</summary>
    internal void Follow(EntityRow row) => Keep(board.Read(row));

    /// <summary>Another node deleted it.</summary>
    internal void Forget(int project, string type)
    {
        if (_byProject.TryGetValue(project, out var schemas) && schemas.TryRemove(type, out _) && schemas.IsEmpty)
            _byProject.TryRemove(new KeyValuePair<int, ConcurrentDictionary<string, Kept>>(project, schemas));
    }

    /// <summary>Registers, replaces, or deletes the schema of a type.</summary>
    /// <returns>Its current state; null if it was deleted.</returns>
    internal async ValueTask<Result<Entity<MessageSchema>?>> ChangeAsync(
        int project, string type, int sender, Func<Entity<MessageSchema>?, Decision<MessageSchema>> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            // Loads what other nodes registered first, because what is read during this change may be outdated afterward.
            await cluster.CatchUpAsync(cancellationToken);
            var result = await board.ChangeAsync(project, type, sender, decide, cancellationToken);
            if (!result.TryGet(out var changed, out _))
                return result;
            if (changed is null)
                Forget(project, type);
            else
                Keep(changed);
            await cluster.CatchUpAsync(cancellationToken);
            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The newest one wins, in whatever order they arrive.</summary>
    private void Keep(Entity<MessageSchema> schema)
    {
        // It was compiled before it was stored. If another version stored one that this version does not accept, it is ignored and logged.
        if (!PayloadSchema.Compile(schema.Value.Schema).TryGet(out var compiled, out var problem))
            Log.NotUsed(logger, schema.Value.MessageType, problem!.Detail);
        var kept = new Kept(schema.Version, compiled);
        _byProject.GetOrAdd(schema.Row.Project, static _ => new(StringComparer.Ordinal))
            .AddOrUpdate(schema.Value.MessageType, kept, (_, known) => known.Version > kept.Version ? known : kept);
    }

    private sealed record Kept(long Version, PayloadSchema? Compiled);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The stored schema of '{Type}' is not used, so nothing is checked against it: {Reason} Register it again.")]
        internal static partial void NotUsed(ILogger logger, string type, string reason);
    }
}
