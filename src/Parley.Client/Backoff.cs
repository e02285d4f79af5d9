namespace Parley.Client;

/// <summary>How long to wait before the next try. The delay doubles up to a limit and is randomized, so that not all clients return to a restarted
/// server at once.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _failures;

    public static Backoff Reconnect() => new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    public void Reset() => _failures = 0;

    /// <summary>Between half of the current step and all of it.</summary>
    public TimeSpan Next()
    {
        var step = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30)));
        return TimeSpan.FromMilliseconds(step * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
