namespace Parley.Cli.Bench.Workloads;

/// <summary>Sends at a fixed rate, whatever the server does, and records when each message was due, was sent, and arrived, all by one
/// clock.</summary>
internal sealed class Pace(int count, int perSecond, TimeProvider time)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

    private readonly long[] _due = new long[count];
    private readonly long[] _sent = new long[count];
    private readonly long[] _come = new long[count];

    public static Metric Late { get; } = new(
        "sends behind schedule, p99", Unit.Milliseconds, "the pace itself: from the moment that the rate sets to the send; not part of the others");

    /// <summary>From the send to the arrival, in milliseconds.</summary>
    public IEnumerable<double> Latencies => Milliseconds(_sent, _come);

    /// <summary>From the time when it was due to the send, in milliseconds.</summary>
    public IEnumerable<double> Delays => Milliseconds(_due, _sent);

    public void HasCome(int number) => _come[number] = time.GetTimestamp();

    /// <summary>At every step, sends everything that is due by the clock, so that delays are made up for and the rate does not drift.</summary>
    /// <param name="send">Starts one send; its task completes when the send is confirmed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Completes when all sends are confirmed.</returns>
    public Task RunAsync(Func<int, Task> send, CancellationToken cancellationToken) =>
        // On a separate thread: on Linux, .NET's timers have steps of about 4 ms, so messages would be sent in twos and threes.
        Task.Factory.StartNew(() => Run(send, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    private Task Run(Func<int, Task> send, CancellationToken cancellationToken)
    {
        var answers = new List<Task>(count);
        var start = time.GetTimestamp();
        var next = 0;
        while (next < count && !cancellationToken.WaitHandle.WaitOne(Step))
        {
            for (; next < count && start + (next * time.TimestampFrequency / perSecond) is var due && due <= time.GetTimestamp(); next++)
            {
                _due[next] = due;
                _sent[next] = time.GetTimestamp();
                answers.Add(send(next));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Task.WhenAll(answers);
    }

    private IEnumerable<double> Milliseconds(long[] from, long[] to) => from.Zip(to, (start, end) => time.GetElapsedTime(start, end).TotalMilliseconds);
}
