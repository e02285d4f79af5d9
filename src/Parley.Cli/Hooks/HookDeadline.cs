namespace Parley.Cli.Hooks;

/// <summary>Ends the process when a hook has taken too long, whatever it is doing: a harness waits for its hooks, and a person for the harness.</summary>
/// <remarks>A thread of its own can also end what has no time limit: a harness that does not close standard input, a name that is not resolved.</remarks>
internal sealed class HookDeadline
{
    private readonly object _lock = new();
    private readonly Action<string> _tell;
    private readonly long _end;
    private string _doing = "reading the event";
    private long _limit;
    private bool _over;

    /// <param name="whole">How long the hook may take.</param>
    /// <param name="tell">Where to say that it took longer.</param>
    internal HookDeadline(TimeSpan whole, Action<string> tell)
    {
        _tell = tell;
        // A server that is there takes a connection at once.
        TimeToConnect = whole * 0.15;
        _limit = _end = Environment.TickCount64 + (long)whole.TotalMilliseconds;
        new Thread(Watch, maxStackSize: 256 << 10) { IsBackground = true, Name = "deadline" }.Start();
    }

    /// <summary>How much of the time a connection may take.</summary>
    internal TimeSpan TimeToConnect { get; }

    /// <summary>Says what is done next.</summary>
    /// <param name="most">How long that may take; null for as long as is left.</param>
    internal void Doing(string what, TimeSpan? most = null)
    {
        lock (_lock)
        {
            _doing = what;
            _limit = most is { } time ? Math.Min(_end, Environment.TickCount64 + (long)time.TotalMilliseconds) : _end;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Nothing ends the process from now on, so that an answer is written as a whole.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _over = true;
            Monitor.Pulse(_lock);
        }
    }

    private void Watch()
    {
        lock (_lock)
        {
            while (!_over)
            {
                var left = _limit - Environment.TickCount64;
                if (left <= 0)
                {
                    _tell($"{_doing} took too long");
                    Environment.Exit(0);
                }

                Monitor.Wait(_lock, (int)left);
            }
        }
    }
}
