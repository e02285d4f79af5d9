namespace Parley.Server.Connections.WebSockets;

/// <summary>How many frames one connection may still send: so many a second in the long run, twice as many at once.</summary>
/// <remarks>It counts down, and asks the clock only when nothing is left. Only the connection's own receiver uses it, so it has no lock.</remarks>
/// <param name="perSecond">0: as many as it likes.</param>
/// <param name="isLifted">Whether the project has no limit; asked at the end of each allowance, so that a change holds for open connections.</param>
internal sealed class FrameRateLimit(double perSecond, Func<bool> isLifted, TimeProvider clock)
{
    private readonly double _most = Math.Max(1, 2 * perSecond);
    private double _left = Math.Max(1, 2 * perSecond);
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Frames that were refused since the last that was taken.</summary>
    private int _refused;

    /// <summary>It goes on sending although it hears that it may not: twice what it may send at once was refused.</summary>
    internal bool IsFlooding => _refused > 2 * _most;

    internal bool TryTake(out TimeSpan retryAfter)
    {
        retryAfter = default;
        if (_left < 1 && !TryFill(out retryAfter))
        {
            _refused++;
            return false;
        }

        _left--;
        _refused = 0;
        return true;
    }

    /// <summary>Takes for several frames, if there is enough left; what else may be, each is asked for by itself.</summary>
    internal bool TryTake(int count)
    {
        if (_left < count)
            return false;
        _left -= count;
        _refused = 0;
        return true;
    }

    private bool TryFill(out TimeSpan retryAfter)
    {
        retryAfter = default;
        if (perSecond <= 0 || isLifted())
        {
            _left = _most;
            return true;
        }

        var now = clock.GetTimestamp();
        _left = Math.Min(_most, _left + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
        if (_left >= 1)
            return true;
        retryAfter = TimeSpan.FromSeconds((1 - _left) / perSecond);
        return false;
    }
}
