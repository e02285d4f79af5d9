using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Security;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>What a receiver got.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    internal string Type => Headers["X-Parley-Event"];

    internal string EventId => Headers["X-Parley-Event-Id"];

    internal int Attempt => int.Parse(Headers["X-Parley-Delivery"], CultureInfo.InvariantCulture);

    internal long Missed => Headers.TryGetValue("X-Parley-Missed", out var missed) ? long.Parse(missed, CultureInfo.InvariantCulture) : 0;

    internal string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>An HTTP server that answers as a test says, also as no real one would.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<Received> _got = new();
    private readonly Task _accepting;

    private Receiver()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook";

    /// <summary>All requests so far, whatever the answer was.</summary>
    internal IReadOnlyList<Received> Got => [.. _got];

    /// <summary>Writes the answer; the connection ends behind it.</summary>
    internal Func<Received, NetworkStream, CancellationToken, Task> Answer { get; set; } = Status("204 No Content");

    internal static Receiver Start() => new();

    /// <param name="more">Further header lines, each with its line end.</param>
    internal static Func<Received, NetworkStream, CancellationToken, Task> Status(string status, string more = "") => (_, stream, cancel) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n"), cancel).AsTask();

    /// <summary>Never says anything.</summary>
    internal static async Task HangAsync(Received received, NetworkStream stream, CancellationToken cancel) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    internal Task UntilAsync(int count) => Polling.UntilAsync(() => $"{count} deliveries; there are {_got.Count}", () => Task.FromResult(_got.Count >= count));

    /// <summary>Turns the server's clock only if nothing came for a while: otherwise, a delivery that takes long on a busy machine would be given up, and
    /// made again.</summary>
    internal async Task UntilAsync(TestClock clock, Func<bool> isSo)
    {
        var (count, looks) = (0, 0);
        await Polling.UntilAsync(() => $"deliveries; there are {_got.Count}", () =>
        {
            looks = _got.Count == count ? looks + 1 : 0;
            count = _got.Count;
            if (looks > 0 && looks % 50 == 0)
                clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(isSo());
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        finally
        {
            await Task.WhenAll(serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            if (await ReadAsync(stream) is not { } received)
                return;
            var answer = Answer;
            _got.Enqueue(received);
            try
            {
                await answer(received, stream, _stopping.Token);
            }
            catch (IOException)
            {
                // Parley has hung up, which a test looks for elsewhere.
            }
        }
    }

    private async Task<Received?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _stopping.Token) == 0)
                return null;
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).TrimEnd().Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return new Received(lines[0].Split(' ')[1], headers, body);
    }
}
