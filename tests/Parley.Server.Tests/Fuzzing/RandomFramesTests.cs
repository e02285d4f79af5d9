using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Connections.Relay;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Agents;
using Xunit;

namespace Parley.Server.Tests.Fuzzing;

/// <summary>Random frames for both sockets: each is answered, or ends the connection with a code that says why, and what is refused changes
/// nothing.</summary>
public sealed class RandomFramesTests
{
    private const int FramesOfAnEvent = 300;
    private const int FramesOfTheRelay = 1_000;

    private static readonly FuzzRun Run = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_frame_is_answered_and_a_refused_one_changes_nothing()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var troubles = new ConcurrentQueue<string>();

        var frames = host.Get<FrameTable>().Faces.Select(face => face.Meaning).ToList();
        await Parallel.ForAsync(0, frames.Count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel }, async (number, _) =>
            await TryAsync(host, await FuzzRun.WorldAsync(host, admin, $"fuzz-{number}"), frames[number], troubles));

        Assert.True(troubles.IsEmpty, string.Join("\n\n", troubles.Take(20)));
    }

    [Fact]
    public async Task A_large_message_that_breaks_off_gives_its_memory_back_once()
    {
        await using var host = await ConceptHost.StartAsync();
        var token = await host.RegisterAsync("ada");
        for (var i = 0; i < 60; i++)
        {
            using var socket = await FuzzSocket.OpenAsync(host, "/ws/ada", token);
            await socket.BreakOffAsync(20_000);
        }

        // What was given back twice is lent twice: to two connections, which then write into each other's frames.
        var lent = Enumerable.Range(0, 2_000).Select(_ => ArrayPool<byte>.Shared.Rent(16 * 1024)).ToList();
        Assert.Equal(lent.Count, lent.Distinct(ReferenceEqualityComparer.Instance).Count());
        lent.ForEach(array => ArrayPool<byte>.Shared.Return(array));
    }

    private static async Task TryAsync(ConceptHost host, FuzzWorld world, FrameMeaning meaning, ConcurrentQueue<string> troubles)
    {
        var token = await host.TokenAsync(TokenKind.Agent, "be-1", world.Project.Id);
        // Another connection of the same agent: it neither comes nor goes when the one that is tried is closed.
        using var other = await FuzzSocket.OpenAsync(host, "/ws/be-1", token);
        var socket = await FuzzSocket.OpenAsync(host, "/ws/be-1", token);
        var examples = meaning.Data is null ? ["{}"] : meaning.Examples.Select(example => example.Json).ToList();
        for (var number = 0; number < FramesOfAnEvent; number++)
        {
            var numbers = Run.Numbers(meaning.Name, number);
            var frame = Frame(numbers, meaning.Name, number, examples[numbers.Next(examples.Count)]);
            // What frames before had done without an answer is on disk when this is.
            await host.Get<IDeliveryStore>().SettleAsync([]);
            var head = world.Project.Log.Head;
            await socket.SendAsync(frame);
            var (answer, code, trouble) = await socket.AnswerAsync(number);
            if (answer?["event"]?.GetValue<string>() == "error")
                trouble ??= FuzzRun.Trouble(answer["data"].Deserialize(WireJson.Lenient.Problem)) ?? (world.Project.Log.Head == head ? null : "it was refused, and the log has grown");
            if (code is { } closing && !MayEnd(closing, frame))
                trouble = $"the connection was closed with {closing}";
            if (trouble is not null)
                troubles.Enqueue(Run.Say(meaning.Name, number, frame, trouble));
            if (code is null && trouble is null)
                continue;
            socket.Dispose();
            socket = await FuzzSocket.OpenAsync(host, "/ws/be-1", token);
        }

        socket.Dispose();
    }

    [Fact]
    public async Task Every_frame_of_the_relay_is_stored_or_answered_or_ends_the_connection()
    {
        await using var host = await ConceptHost.StartAsync();
        var world = await FuzzRun.WorldAsync(host, await host.TokenAsync(TokenKind.Admin), "fuzz");
        var token = await host.TokenAsync(TokenKind.Agent, "be-1", "fuzz");
        var troubles = new ConcurrentQueue<string>();
        var example = Assert.Single(RelayFrames.Said.Examples).Json;
        using var other = await FuzzSocket.OpenAsync(host, "/ws/be-1", token);
        var socket = await FuzzSocket.OpenAsync(host, "/ws/agent/messages/fuzz", token, welcomes: false);
        for (var number = 0; number < FramesOfTheRelay; number++)
        {
            var frame = Run.Mutator("relay", number).Mutate(example);
            var head = world.Project.Log.Head;
            await socket.SendAsync(frame);
            using var heard = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            var (reading, storing) = (socket.ReadAsync(), world.Project.Log.WaitAsync(head, heard.Token));
            if (await Task.WhenAny(reading, storing) == storing)
            {
                // Stored, and not told to the one who said it: the next thing to read comes later.
                socket.Unread(reading);
                continue;
            }

            await heard.CancelAsync();
            var (frames, code, unread) = await reading;
            var trouble = unread ?? (code is { } closing
                ? MayEnd(closing, frame) ? null : $"the connection was closed with {closing}"
                : FuzzRun.Trouble(frames[0]["data"].Deserialize(WireJson.Lenient.Problem)) ?? (world.Project.Log.Head == head ? null : "it was refused, and the log has grown"));
            if (trouble is not null)
                troubles.Enqueue(Run.Say("relay", number, frame, trouble));
            if (code is null)
                continue;
            socket.Dispose();
            socket = await FuzzSocket.OpenAsync(host, "/ws/agent/messages/fuzz", token, welcomes: false);
        }

        socket.Dispose();
        Assert.True(troubles.IsEmpty, string.Join("\n\n", troubles.Take(10)));
    }

    /// <summary>Text that is no UTF-8 is ended by the WebSocket itself, which does not wait until its goodbye was heard.</summary>
    private static bool MayEnd(int code, byte[] frame) =>
        code is CloseCodes.BadFrame or CloseCodes.TooLarge ||
        (code is (int)WebSocketCloseStatus.InvalidPayloadData or FuzzSocket.Lost && !System.Text.Unicode.Utf8.IsValid(frame));

    /// <summary>Mostly a sound frame with bad data; sometimes a bad frame.</summary>
    private static byte[] Frame(Random numbers, string name, int number, string example)
    {
        var mutator = new JsonMutator(numbers);
        var id = number.ToString(CultureInfo.InvariantCulture);
        if (numbers.Next(5) == 0)
        {
            // The id stays: what is taken must be answered, so that nothing of it happens after the next frame was sent.
            var frame = mutator.Mutate($$"""{"event": "{{name}}", "data": {{example}}}""");
            return frame is [(byte)'{', ..] ? [.. Encoding.UTF8.GetBytes($$"""{"id": "{{id}}","""), .. frame.AsSpan(1)] : frame;
        }

        var data = mutator.Mutate(numbers.Next(6) == 0 ? $$"""{"items": [{{example}}, {{example}}]}""" : example);
        return [.. Encoding.UTF8.GetBytes($$"""{"event": "{{name}}", "id": "{{id}}", "data": """), .. data, .. "}"u8];
    }
}
