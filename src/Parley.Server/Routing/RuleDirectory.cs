using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>The rules of all projects, compiled, in memory, on every node. Changes are stored before they take effect.</summary>
internal sealed partial class RuleDirectory(
    EntityBoard<RoutingRules> board, ProjectDirectory projects, IClusterView cluster, ILogger<RuleDirectory> logger) : IDisposable
{
    // Also of projects whose rules were all removed, so that an older version that arrives late does not bring them back.
    private readonly ConcurrentDictionary<int, Kept> _all = new();
    private readonly Lock _publishing = new();

    // Changes are rare. Making them one at a time keeps memory and store consistent.
    private readonly SemaphoreSlim _changing = new(1, 1);

    /// <summary>The books of projects that have rules; null if none has.</summary>
    private volatile FrozenDictionary<int, RuleBook>? _books;

    public void Dispose() => _changing.Dispose();

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            if (await board.FindAsync(project.Number, RuleChanges.Name, cancellationToken) is { } rules)
                Keep(rules);
        }
    }

    /// <summary>A project's rules; null if it has none.</summary>
    internal RuleBook? Of(int project) => _books is { } books && books.TryGetValue(project, out var book) ? book : null;

    /// <summary>Takes over rules that another node changed.</summary>
    internal void Follow(EntityRow row) => Keep(board.Read(row));

    /// <summary>Replaces a project's rules.</summary>
    internal async ValueTask<Result<Entity<RoutingRules>?>> ChangeAsync(
        int project, int sender, Func<Entity<RoutingRules>?, Decision<RoutingRules>> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            var result = await board.ChangeAsync(project, RuleChanges.Name, sender, decide, cancellationToken);
            if (result.TryGet(out var changed, out _) && changed is not null)
                Keep(changed);
            // Loads other nodes' changes first, because what is read during this change may be outdated afterward.
            await cluster.CatchUpAsync(cancellationToken);
            return result;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The newest version wins, in whatever order they arrive.</summary>
    private void Keep(Entity<RoutingRules> rules)
    {
        var kept = new Kept(rules.Version, Compile(rules.Value));
        _all.AddOrUpdate(rules.Row.Project, kept, (_, known) => known.Version > kept.Version ? known : kept);
        lock (_publishing)
        {
            foreach (var project in _all.Keys.Where(number => projects.Find(number) is null))
                _all.TryRemove(project, out _);
            var books = _all.Where(one => one.Value.Book is not null).ToFrozenDictionary(one => one.Key, one => one.Value.Book!);
            _books = books.Count > 0 ? books : null;
        }
    }

    private RuleBook? Compile(RoutingRules rules)
    {
        if (rules.Rules.Count == 0)
            return null;
        // They were checked before they were stored. If another version stored some that this version does not accept, none is used, and that is
        // logged: half of the rules could send messages where nobody wants them.
        if (RuleChanges.Check(new RoutingRulesRequest { Rules = rules.Rules }) is not { } problem)
            return new RuleBook(rules.Rules);
        Log.NotUsed(logger, problem.Detail);
        return null;
    }

    /// <param name="Book">Null for no rules.</param>
    private sealed record Kept(long Version, RuleBook? Book);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The stored routing rules of a project are not used: {Reason} Set them again.")]
        internal static partial void NotUsed(ILogger logger, string reason);
    }
}
