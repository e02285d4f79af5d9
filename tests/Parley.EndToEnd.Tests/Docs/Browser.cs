using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>A real browser, Chromium, and what its window shows.</summary>
internal static class Browser
{
    private const string Look = """{"id": 1, "method": "Runtime.evaluate", "params": {"expression": "document.body ? document.body.innerText : ''"}}""";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Opens an address and waits until the page shows these lines.</summary>
    public static async Task SeeAsync(string address, string expected, CancellationToken cancellationToken)
    {
        var profile = Directory.CreateTempSubdirectory("parley-browser-").FullName;
        var start = new ProcessStartInfo("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", $"--user-data-dir={profile}", address])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var chromium = Process.Start(start)!;
        chromium.ErrorDataReceived += (_, _) => { };
        chromium.BeginErrorReadLine();
        try
        {
            using var socket = new ClientWebSocket();
            await socket.ConnectAsync(await WindowAsync(profile, address, cancellationToken), cancellationToken);
            var shown = "";
            var seen = await Until.TrueAsync(async () => Shown.IsAmong(expected, shown = await TextAsync(socket, cancellationToken)), Patience, cancellationToken);
            Assert.True(seen, $"The page says:\n{expected}\nThe browser shows:\n{shown}");
        }
        finally
        {
            chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync(CancellationToken.None);
            await Until.TrueAsync(() => Deleted(profile), Patience, CancellationToken.None);
        }
    }

    private static async Task<Uri> WindowAsync(string profile, string address, CancellationToken cancellationToken)
    {
        var told = Path.Combine(profile, "DevToolsActivePort");
        Assert.True(await Until.TrueAsync(() => File.Exists(told) && File.ReadAllLines(told).Length > 1, Patience, cancellationToken), "Chromium does not start.");
        using var client = new HttpClient();
        string? window = null;
        await Until.TrueAsync(
            async () =>
            {
                var targets = await client.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:{(await File.ReadAllLinesAsync(told, cancellationToken))[0]}/json", cancellationToken);
                var page = targets.EnumerateArray().FirstOrDefault(target => target.GetProperty("url").GetString()!.StartsWith(address, StringComparison.Ordinal));
                window = page.ValueKind == JsonValueKind.Object ? page.GetProperty("webSocketDebuggerUrl").GetString() : null;
                return window is not null;
            },
            Patience, cancellationToken);
        return new Uri(window ?? throw new InvalidOperationException($"Chromium does not open {address}."));
    }

    private static async Task<string> TextAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(Look), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        var buffer = new byte[1024 * 1024];
        var read = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(read), cancellationToken);
            read += part.Count;
        }
        while (!part.EndOfMessage);
        using var answer = JsonDocument.Parse(buffer.AsMemory(0, read));
        return answer.RootElement.GetProperty("result").GetProperty("result").GetProperty("value").GetString()!;
    }

    private static bool Deleted(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            // One of its processes still writes there.
            return !Directory.Exists(folder);
        }
    }
}
