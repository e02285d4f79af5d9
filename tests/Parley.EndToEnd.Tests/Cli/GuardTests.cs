using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The hook of <c>parley guard</c> in real repositories, called by git itself.</summary>
public sealed class GuardTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly GitFolder _git = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _git.Dispose();

    [Fact]
    public async Task A_commit_of_what_another_holds_is_refused_and_one_of_the_holder_is_not()
    {
        await HoldAsync("src/**", "--reason", "The login page");
        await InstallAsync(_git.Folder);
        Change("src/login/a.cs", "README.md");

        var refused = Commit("be-1");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("src/login/a.cs: held by fe-1 until", refused.Error, StringComparison.Ordinal);
        Assert.Contains("(The login page)", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("README.md", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), Commit("fe-1"));
    }

    [Fact]
    public async Task A_file_that_was_moved_away_counts()
    {
        Change("moved/a.cs");
        _git.Git("commit", "--quiet", "-m", "One");
        await HoldAsync("moved");
        await InstallAsync(_git.Folder);
        Directory.CreateDirectory(Path.Combine(_git.Folder, "docs"));
        _git.Git("mv", "moved/a.cs", "docs/a.cs");

        Assert.Contains("moved/a.cs: held by fe-1", Commit("be-1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_guards_the_work_trees_too_and_those_of_a_subfolder()
    {
        Change("README.md");
        _git.Git("commit", "--quiet", "-m", "One");
        _git.Git("worktree", "add", "--quiet", _git.Beside("tree"));
        await HoldAsync("trees/**");
        var sub = Directory.CreateDirectory(Path.Combine(_git.Beside("tree"), "trees")).FullName;
        await InstallAsync(sub);
        await File.WriteAllTextAsync(Path.Combine(sub, "a.cs"), "x", Cancel);
        GitFolder.Run(sub, new Dictionary<string, string>(), "add", "a.cs");

        var refused = GitFolder.Run(sub, As("be-1"), "commit", "--quiet", "-m", "Two");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("trees/a.cs: held by fe-1", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_or_a_token_it_warns_and_lets_the_commit_through()
    {
        await InstallAsync(_git.Folder);
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        foreach (var (environment, reason) in new (Dictionary<string, string>, string)[]
        {
            (new(As("be-1")) { ["PARLEY_URL"] = $"http://127.0.0.1:{port}", ["PARLEY_TOKEN"] = "x" }, "cannot be reached"),
            (new(As("be-1")) { ["PARLEY_DATA"] = _git.Beside("nothing") }, "No Parley server found"),
            (new(As("be-1")) { ["PARLEY_TOKEN"] = "of-another-server" }, "token"),
        })
        {
            Change("src/a.cs");
            var (exitCode, error) = GitFolder.Run(_git.Folder, environment, "commit", "--quiet", "-m", "A change");
            Assert.True(exitCode == 0, error);
            Assert.Contains("parley guard: Nothing was checked.", error, StringComparison.Ordinal);
            Assert.Contains(reason, error, StringComparison.Ordinal);
        }
    }

    /// <summary>One that is frozen takes connections, because the system does it.</summary>
    [Fact]
    public async Task A_server_that_never_answers_does_not_hold_the_commit_up_for_ever()
    {
        await InstallAsync(_git.Folder, "0.05");
        using var frozen = new TcpListener(IPAddress.Loopback, 0);
        frozen.Start();
        Change("src/a.cs");
        var environment = new Dictionary<string, string>(As("be-1")) { ["PARLEY_URL"] = $"http://127.0.0.1:{((IPEndPoint)frozen.LocalEndpoint).Port}", ["PARLEY_TOKEN"] = "x" };

        var (exitCode, error) = GitFolder.Run(_git.Folder, environment, "commit", "--quiet", "-m", "A change");

        Assert.Equal(0, exitCode);
        Assert.Contains("Nothing was checked. The server did not answer in time", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_leaves_a_hook_of_the_users_alone_and_says_what_to_add_and_removes_its_own()
    {
        var hook = Path.Combine(_git.Folder, ".git", "hooks", "pre-commit");
        Directory.CreateDirectory(Path.GetDirectoryName(hook)!);
        await File.WriteAllTextAsync(hook, "#!/bin/sh\n", Cancel);

        var refused = await RunAsync(_git.Folder, "guard", "install");
        var notRemoved = await RunAsync(_git.Folder, "guard", "remove");
        File.Delete(hook);
        await InstallAsync(_git.Folder);
        await InstallAsync(_git.Folder);
        var removed = await RunAsync(_git.Folder, "guard", "remove");

        Assert.Equal(7, refused.ExitCode);
        Assert.Contains("Add this line to it: parley guard check || exit $?", refused.Error, StringComparison.Ordinal);
        Assert.Equal(3, notRemoved.ExitCode);
        Assert.True(removed.ExitCode == 0, removed.Error);
        Assert.False(File.Exists(hook));
    }

    [Fact]
    public async Task Where_git_looks_for_hooks_elsewhere_it_is_installed_there()
    {
        _git.Git("config", "core.hooksPath", ".hooks");
        await InstallAsync(_git.Folder);
        Assert.True(File.Exists(Path.Combine(_git.Folder, ".hooks", "pre-commit")));
    }

    [Theory]
    [InlineData("install")]
    [InlineData("check")]
    public async Task Outside_of_a_repository_it_says_so(string verb)
    {
        var run = await RunAsync(Directory.CreateDirectory(_git.Beside("elsewhere")).FullName, "guard", verb);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Run this in a git repository.", run.Error, StringComparison.Ordinal);
        Assert.True(run.Error.Split('\n').Length < 5, run.Error);
    }

    private async Task HoldAsync(string path, params string[] more)
    {
        var held = await server.RunAsync(["reserve", $":/{path}", "--as", "fe-1", .. more]);
        Assert.True(held.ExitCode == 0, held.Error);
    }

    /// <summary>The machine may be busy, so it has time.</summary>
    private async Task InstallAsync(string folder, string timeout = "60")
    {
        var run = await RunAsync(folder, "guard", "install", "--timeout", timeout);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private Task<CliRun> RunAsync(string folder, params string[] arguments)
    {
        var start = Binary.Command(server.Environment, arguments);
        start.WorkingDirectory = folder;
        start.Environment["GIT_CEILING_DIRECTORIES"] = Path.GetTempPath();
        return Binary.RunAsync(start, Cancel);
    }

    private void Change(params string[] files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(_git.Folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.AppendAllText(path, "A line.\n");
            _git.Git("add", file);
        }
    }

    private (int ExitCode, string Error) Commit(string agent) => GitFolder.Run(_git.Folder, As(agent), "commit", "--quiet", "-m", "A change");

    private Dictionary<string, string> As(string agent) => new(server.Environment) { ["PARLEY_AGENT"] = agent };
}
