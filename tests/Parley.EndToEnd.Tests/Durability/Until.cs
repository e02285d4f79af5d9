using System.Diagnostics;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Waits for what another process does: nothing there can be awaited, so it is looked at again and again, up to a deadline.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <returns>False: it did not come to be within the time.</returns>
    internal static async Task<bool> TrueAsync(Func<Task<bool>> isSo, TimeSpan patience, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (waited.Elapsed >= patience)
                return false;
            await NextAttemptAsync(cancellationToken);
        }

        return true;
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, TimeSpan, CancellationToken)"/>
    internal static Task<bool> TrueAsync(Func<bool> isSo, TimeSpan patience, CancellationToken cancellationToken) =>
        TrueAsync(() => Task.FromResult(isSo()), patience, cancellationToken);

    /// <summary>Before something that was refused for the moment is asked again.</summary>
    internal static Task NextAttemptAsync(CancellationToken cancellationToken) => Task.Delay(Pause, TimeProvider.System, cancellationToken);
}
