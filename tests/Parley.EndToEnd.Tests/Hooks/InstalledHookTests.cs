using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Hooks;

/// <summary>Harnesses with the settings that <c>parley hook install</c> writes: the installed commands are run as each harness runs them, with its
/// inputs.</summary>
public sealed class InstalledHookTests : IClassFixture<RunningServer>, IDisposable
{
    private readonly RunningServer _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("parley harness ").FullName;
    private readonly Dictionary<string, string> _environment;

    public InstalledHookTests(RunningServer server)
    {
        _server = server;
        Home = Directory.CreateDirectory(Path.Combine(_folder, "home")).FullName;
        Work = Directory.CreateDirectory(Path.Combine(_folder, "web")).FullName;
        Directory.CreateDirectory(Path.Combine(Work, ".git"));
        _environment = new Dictionary<string, string>(server.Environment)
        {
            ["HOME"] = Home,
            ["XDG_STATE_HOME"] = Path.Combine(_folder, "state"),
            ["PARLEY_HOOK_TIMEOUT"] = "60",
        };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Home { get; }

    private string Work { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("claude", ".claude/settings.json", "UserPromptSubmit", "PostToolBatch", "hookSpecificOutput.additionalContext")]
    [InlineData("codex", ".codex/hooks.json", "UserPromptSubmit", "PostToolUse", "hookSpecificOutput.additionalContext")]
    [InlineData("copilot", ".copilot/hooks/parley.json", "UserPromptSubmit", "PostToolUse", "additionalContext")]
    [InlineData("gemini", ".gemini/settings.json", "BeforeAgent", "AfterTool", "hookSpecificOutput.additionalContext")]
    public async Task A_message_reaches_the_model_through_the_installed_commands(string harness, string file, string prompt, string tool, string place)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are lines for sh.");
        Assert.Equal(0, (await ParleyAsync("hook", "install", harness)).ExitCode);
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Home, file), Cancel))!;
        Assert.Equal("{}", await CallAsync(settings, "SessionStart"));
        Assert.Equal(0, (await _server.RunAsync("send", $"web-{harness}", "First.", "--surface", "when_idle")).ExitCode);
        Assert.Contains("First.", Text(await CallAsync(settings, prompt), place), StringComparison.Ordinal);
        Assert.Equal(0, (await _server.RunAsync("send", $"web-{harness}", "Second.", "--surface", "next_boundary")).ExitCode);
        Assert.Contains("Second.", Text(await CallAsync(settings, tool), place), StringComparison.Ordinal);

        var doctor = JsonNode.Parse((await ParleyAsync("doctor", "--json")).Output)!["checks"]!.AsArray();
        Assert.Equal("ok", (string?)Assert.Single(doctor, check => (string?)check!["check"] == harness)!["verdict"]);
        Assert.DoesNotContain("parley-doctor", (await _server.RunAsync("agents", "--json", "--limit", "500")).Output, StringComparison.Ordinal);

        var status = JsonNode.Parse((await ParleyAsync("hook", "status", harness, "--json")).Output)![0]!;
        Assert.Equal(("yes", "no"), ((string?)status["user"]!["installed"], (string?)status["project"]!["installed"]));
        Assert.Contains($"web-{harness}", status["agents"]!.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(0, (await ParleyAsync("hook", "remove", harness)).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_keeps_its_mode_its_link_and_every_byte()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have other rights there.");
        var dotfiles = Directory.CreateDirectory(Path.Combine(_folder, "dotfiles")).FullName;
        var real = Path.Combine(dotfiles, "claude.json");
        byte[] before = [0xEF, 0xBB, 0xBF, .. "{\r\n\t// mine\r\n\t\"model\": \"opus\", // best\r\n\t\"hooks\": {}\r\n}"u8];
        await File.WriteAllBytesAsync(real, before, Cancel);
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var link = Path.Combine(Directory.CreateDirectory(Path.Combine(Home, ".claude")).FullName, "settings.json");
        File.CreateSymbolicLink(link, real);

        Assert.Equal(0, (await ParleyAsync("setup", "--yes")).ExitCode);
        Assert.Equal((real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead), (new FileInfo(link).LinkTarget, File.GetUnixFileMode(real)));
        Assert.NotEqual(before, await File.ReadAllBytesAsync(real, Cancel));
        var backup = Assert.Single(Directory.GetFiles(Path.Combine(_folder, "state", "parley", "backups")));
        Assert.Equal(before, await File.ReadAllBytesAsync(backup, Cancel));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));

        Assert.Contains("Nothing would change", (await ParleyAsync("setup", "--yes")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await ParleyAsync("setup", "--undo", "--yes")).ExitCode);
        Assert.Equal(before, await File.ReadAllBytesAsync(real, Cancel));
        Assert.Equal([real], Directory.GetFiles(dotfiles));
    }

    [Theory]
    [InlineData("{\"model\": ", "is not valid JSON in line 1")]
    [InlineData("", "is not valid JSON")]
    [InlineData("{\n  \"hooks\": []\n}", "has 'hooks' that is not an object")]
    [InlineData("read-only", "is read-only")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_cannot_be_changed_is_named_and_nothing_is(string text, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Files have other rights there.");
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(Home, ".gemini")).FullName, "settings.json");
        var isReadOnly = text == "read-only";
        await File.WriteAllTextAsync(file, isReadOnly ? "{}" : text, Cancel);
        if (isReadOnly)
            File.SetUnixFileMode(file, UnixFileMode.UserRead);

        var run = await ParleyAsync("hook", "install", "gemini");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Contains(file, run.Error, StringComparison.Ordinal);
        Assert.Equal(isReadOnly ? "{}" : text, await File.ReadAllTextAsync(file, Cancel));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task In_a_project_it_is_in_the_projects_files_and_print_writes_nothing()
    {
        var printed = await ParleyAsync("hook", "install", "claude", "--project", "--agent", "web-1", "--interrupt", "--print");
        Assert.Contains("\"PreToolUse\"", printed.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Work, ".claude")));

        Assert.Equal(0, (await ParleyAsync("hook", "install", "claude", "--project", "--agent", "web-1")).ExitCode);
        var settings = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Work, ".claude", "settings.json"), Cancel))!;
        Assert.Equal(["hook", "run", "claude", "--agent", "web-1"], settings["hooks"]!["UserPromptSubmit"]![0]!["hooks"]![0]!["args"]!.AsArray().Select(word => (string?)word));
        Assert.Equal(["mcp", "--as", "web-1"], JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Work, ".mcp.json"), Cancel))!["mcpServers"]!["parley"]!["args"]!.AsArray().Select(word => (string?)word));
        Assert.Equal(0, (await ParleyAsync("hook", "remove", "all", "--project")).ExitCode);
        Assert.Empty(Directory.EnumerateFiles(Work, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Without_an_answer_setup_changes_nothing()
    {
        Directory.CreateDirectory(Path.Combine(Home, ".codex"));
        var run = await ParleyAsync("setup");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("hooks.json", run.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Home, "*", SearchOption.AllDirectories));
    }

    private static string Text(string answer, string place) =>
        place.Split('.').Aggregate(JsonNode.Parse(answer), static (node, key) => node?[key])?.GetValue<string>() ?? throw new InvalidOperationException($"No text in {answer}");

    /// <summary>Runs the hooks of an event, but not those in the background.</summary>
    /// <returns>What the one that is Parley's prints.</returns>
    private async Task<string> CallAsync(JsonNode settings, string name)
    {
        var input = new JsonObject
        {
            ["session_id"] = "5f0c2f7e",
            ["transcript_path"] = "/nowhere",
            ["cwd"] = Work,
            ["hook_event_name"] = name,
            ["permission_mode"] = "default",
            ["source"] = "startup",
            ["prompt"] = "Go on.",
            ["tool_name"] = "Bash",
            ["tool_input"] = new JsonObject { ["command"] = "make" },
            ["tool_response"] = "ok",
        };
        var hook = settings["hooks"]![name]!.AsArray().SelectMany(group => group!["hooks"] is JsonArray inner ? inner.AsEnumerable() : Enumerable.Repeat(group, 1))
            .Single(one => one!["asyncRewake"] is null)!;
        var start = hook["args"] is JsonArray arguments
            ? Binary.CommandOf((string)hook["command"]!, _environment, arguments.Select(word => (string)word!))
            : Binary.CommandOf("sh", _environment, ["-c", (string)(hook["command"] ?? hook["bash"])!]);
        start.WorkingDirectory = Work;
        Clean(start);
        var run = await Binary.RunAsync(start, Cancel, input.ToJsonString());
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    private Task<CliRun> ParleyAsync(params string[] arguments)
    {
        var start = Binary.Command(_environment, arguments);
        start.WorkingDirectory = Work;
        Clean(start);
        return Binary.RunAsync(start, Cancel);
    }

    private static void Clean(ProcessStartInfo start)
    {
        foreach (var name in (string[])["CLAUDE_CONFIG_DIR", "CODEX_HOME", "COPILOT_HOME", "CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR", "CLAUDE_PID"])
            start.Environment.Remove(name);
    }
}
