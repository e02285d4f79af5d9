using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>Waits for what no signal tells of: asks again and again, and fails with what was waited for when that does not come.</summary>
internal static class Polling
{
    /// <summary>For what takes a second, on a machine that is ten times slower and busy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="what">What is waited for, and what is there instead; asked when it did not come.</param>
    internal static async Task UntilAsync(Func<string> what, Func<Task<bool>> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"Waited {Patience.TotalSeconds:0} s for {what()}.");
            await Task.Delay(Pause, TimeProvider.System, Cancel);
        }
    }

    internal static Task UntilAsync(string what, Func<bool> isSo) => UntilAsync(() => what, () => Task.FromResult(isSo()));
}
