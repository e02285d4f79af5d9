namespace Parley.Server.Connections.WebSockets;

/// <summary>How many frames one connection may still send: a certain number per second over time, and twice as many at once.</summary>
/// <remarks>It counts down, and reads the clock only when nothing is left. Only the connection's own receiver uses it, so it needs no lock.</remarks>
/// <param name="perSecond">0 for no limit.</param>
/// <param name="isLifted">Whether the project has no limit; checked whenever the allowance is used up, so that a change affects open
/// connections.</param>
internal sealed class FrameRateLimit(double perSecond, Func<bool> isLifted, TimeProvider clock)
{
    private readonly double _most = Math.Max(1, 2 * perSecond);
    private double _left = Math.Max(1, 2 * perSecond);
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Frames refused since the last accepted one.</summary>
    private int _refused;

    /// <summary>The client keeps sending despite refusals: twice its burst has been refused.</summary>
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

    /// <summary>Takes the allowance for several frames if enough is left; otherwise, each frame is checked by itself.</summary>
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
