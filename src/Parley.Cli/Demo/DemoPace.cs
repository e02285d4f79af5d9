namespace Parley.Cli.Demo;

/// <summary>How fast a demo goes.</summary>
/// <param name="Fast">Without pauses.</param>
internal sealed record DemoPace(bool Fast, TimeProvider Time)
{
    /// <summary>How long the person has to decide.</summary>
    public TimeSpan Patience { get; } = TimeSpan.FromSeconds(Fast ? 2 : 30);

    /// <summary>A pause for the audience.</summary>
    public Task BreatheAsync(double seconds, CancellationToken cancellation) => Fast ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(seconds), Time, cancellation);

    /// <summary>A pause before the demo looks again for something that the server is about to do.</summary>
    public Task LookAgainAsync(CancellationToken cancellation) => Task.Delay(TimeSpan.FromMilliseconds(50), Time, cancellation);

    /// <summary>How long an interrupted demo may take to clean up.</summary>
    public CancellationToken LastWords() => new CancellationTokenSource(TimeSpan.FromSeconds(2), Time).Token;
}
