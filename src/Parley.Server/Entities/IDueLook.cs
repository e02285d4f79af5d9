namespace Parley.Server.Entities;

/// <summary>Looks at one thing that is due, where its kind's rule alone cannot say what becomes of it: because other things change with it.</summary>
internal interface IDueLook<T>
    where T : class
{
    /// <summary>It may have been changed, or done by another node, since the list was made; and it may come again after a crash.</summary>
    ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken);
}
