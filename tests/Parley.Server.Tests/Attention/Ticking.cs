using Parley.Server.Tests.Agents;

namespace Parley.Server.Tests.Attention;

/// <summary>Lets a server's clock run fast while a test waits for what comes with time.</summary>
internal sealed class Ticking(ConceptHost host) : IDisposable
{
    private readonly ITimer _timer = TimeProvider.System.CreateTimer(
        static clock => ((TestClock)clock!).Advance(TimeSpan.FromSeconds(1)), host.Clock, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));

    public void Dispose() => _timer.Dispose();
}
