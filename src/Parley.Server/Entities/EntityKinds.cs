using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>All kinds of entities.</summary>
internal sealed class EntityKinds
{
    private readonly EntityKind?[] _byNumber = new EntityKind?[byte.MaxValue + 1];

    /// <exception cref="InvalidOperationException">Two kinds have the same number.</exception>
    public EntityKinds(IEnumerable<EntityKind> kinds)
    {
        foreach (var kind in kinds)
        {
            if (kind.Number is < EntityKind.First or > byte.MaxValue || _byNumber[kind.Number] is not null)
                throw new InvalidOperationException($"The number {kind.Number} of '{kind.Name}' is taken, or is none that a kind may have.");
            _byNumber[kind.Number] = kind;
        }
    }

    /// <summary>In the order of their numbers.</summary>
    internal IEnumerable<EntityKind> All => _byNumber.OfType<EntityKind>();

    /// <returns>Null for an entry of another kind.</returns>
    internal EntityKind? Of(LogEntry entry) => _byNumber[(byte)entry.Kind];
}
