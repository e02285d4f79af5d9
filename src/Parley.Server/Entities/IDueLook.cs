namespace Parley.Server.Entities;

/// <summary>Handles one due entity if the kind's rule is not enough, because other entities change with it.</summary>
internal interface IDueLook<T>
    where T : class
{
    /// <summary>It may have been changed, or handled by another node, since the list was read, and it may be handled again after a crash.</summary>
    ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken);
}
