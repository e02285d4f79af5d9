using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>How an agent's model can be reached, apart from connections: by the hooks of its harness, and by what can wake it. In memory, on the node that
/// the hooks and the wakers call.</summary>
internal sealed class AgentReach
{
    /// <summary>How long a model or a tool may work without a hook. After that, the session is taken for gone, or its turn for interrupted.</summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(15);

    private volatile AgentHarness? _harness;
    private int _way = -1;

    /// <summary>Null if no hook has called, or the session has ended.</summary>
    internal AgentHarness? Harness
    {
        get => _harness;
        set => _harness = value;
    }

    /// <summary>The best way to wake it; null if nothing can.</summary>
    internal WakeWay? Way
    {
        get => Volatile.Read(ref _way) is >= 0 and var way ? (WakeWay)way : null;
        set => Volatile.Write(ref _way, (int?)value ?? -1);
    }
}
