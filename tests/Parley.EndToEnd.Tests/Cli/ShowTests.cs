using System.Diagnostics;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>parley serve --demo</c>: every page of the dashboard has something to see, and an agent goes on when its question is answered.</summary>
public sealed class ShowTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_show_fills_a_project_and_goes_on_when_a_person_answers()
    {
        await using var show = new Show();
        await show.StartAsync("--demo");
        await show.UntilNotedAsync("The demo is ready");
        await using var api = await show.OpenAsync();

        var agents = (await api.Agents.ListAsync(new AgentQuery { Limit = 500 }, Cancel)).Items;
        Assert.Equal(16, agents.Count(agent => agent.AgentId != "human"));
        Assert.Contains(agents, agent => agent.Status == AgentStatus.Error);
        Assert.Contains(agents, agent => agent.Status == AgentStatus.Offline && agent.Mailbox.Queued > 0);
        Assert.True((await api.Squads.ListAsync(cancellationToken: Cancel)).Items.Count > 2);
        var tasks = (await api.Tasks.ListAsync(limit: 500, cancellationToken: Cancel)).Items;
        Assert.Superset(
            new HashSet<AgentTaskStatus> { AgentTaskStatus.Pending, AgentTaskStatus.Assigned, AgentTaskStatus.InProgress, AgentTaskStatus.Completed },
            tasks.Select(task => task.Status).ToHashSet());
        Assert.NotEmpty((await api.Workflows.ListAsync(cancellationToken: Cancel)).Items);
        Assert.NotEmpty((await api.Executions.ListAsync(cancellationToken: Cancel)).Items);
        Assert.NotEmpty((await api.Memory.ListAsync(cancellationToken: Cancel)).Items);
        Assert.NotEmpty((await api.Reservations.ListAsync(cancellationToken: Cancel)).Items);
        Assert.NotEmpty((await api.DeadLetters.ListAsync(cancellationToken: Cancel)).Items);
        Assert.Contains((await api.Storms.ListAsync(cancellationToken: Cancel)).Items, storm => storm is { Status: StormStatus.Open, Held: > 0 });

        var question = (await api.Questions.ListAsync(limit: 500, cancellationToken: Cancel)).Items.First(one => one is { Status: QuestionStatus.Open, Default: not null });
        var thread = new MessageQuery { Thread = question.ThreadId, Sender = question.AgentId, Limit = 100 };
        var said = (await api.Messages.ListAsync(thread, Cancel)).Items.Max(message => message.Seq);
        await api.Questions.AnswerAsync(question.QuestionId, question.Options[0].Value, cancellationToken: Cancel);
        await UntilAsync(
            () => $"a word of {question.AgentId} after the answer",
            async () => (await api.Messages.ListAsync(thread, Cancel)).Items.Any(message => message.Seq > said));
        Assert.Equal(0, await show.StopAsync());
    }

    [Fact]
    public async Task A_second_start_goes_on_and_fills_in_nothing_again()
    {
        await using var show = new Show();
        await show.StartAsync("--demo");
        await show.UntilNotedAsync("The demo is ready");
        var before = await TitlesAsync();
        Assert.Equal(0, await show.StopAsync());

        await show.StartAsync("--demo");
        await show.UntilNotedAsync("The demo is ready");

        Assert.Equal(before, await TitlesAsync());

        async Task<string[]> TitlesAsync()
        {
            await using var api = await show.OpenAsync();
            return [.. (await api.Tasks.ListAsync(limit: 500, cancellationToken: Cancel)).Items.Select(task => task.Title).Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task Quiet_plays_the_squads_seven_messages()
    {
        await using var show = new Show();
        await show.StartAsync("--demo=quiet");
        await using var api = await show.OpenAsync();
        await UntilAsync(
            () => "the seven messages",
            async () => (await api.Messages.ListAsync(new MessageQuery { Limit = 100 }, Cancel)).Items
                .Count(message => message.SenderId.StartsWith("demo-", StringComparison.Ordinal)) >= 7);
        Assert.Empty((await api.Storms.ListAsync(cancellationToken: Cancel)).Items);
    }

    [Fact]
    public async Task A_project_with_agents_of_its_own_is_left_alone()
    {
        await using var show = new Show();
        await show.StartAsync();
        await using (var api = await show.OpenAsync())
            await api.Agents.RegisterAsync(new RegisterRequest { AgentId = "mine", Name = "Mine", Type = "llm" }, cancellationToken: Cancel);
        Assert.Equal(0, await show.StopAsync());

        await show.StartAsync("--demo");
        await show.UntilNotedAsync("The demo fills only a project without agents, and here is mine.");

        await using var again = await show.OpenAsync();
        Assert.Equal(["mine"], (await again.Agents.ListAsync(cancellationToken: Cancel)).Items.Select(agent => agent.AgentId).Where(id => id != "human"));
    }

    private static async Task UntilAsync(Func<string> what, Func<Task<bool>> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(2), $"Still waiting for {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        }
    }

    /// <summary>A server that plays, with a data folder of its own.</summary>
    private sealed class Show : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("parley-show-").FullName;
        private readonly Lock _lock = new();
        private string _said = "";
        private Process? _process;
        private string _url = "";

        private string Data => Path.Combine(_folder, "data");

        internal async Task StartAsync(params string[] options)
        {
            _said = "";
            _process = Process.Start(Binary.Command(
                new Dictionary<string, string> { ["PARLEY_DATA"] = Data, ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config") },
                ["serve", "--port", "0", "--data", Data, .. options]))!;
            _process.OutputDataReceived += Hear;
            _process.ErrorDataReceived += Hear;
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            const string Ready = "Parley is listening on ";
            await UntilNotedAsync(Ready);
            var said = Said();
            var at = said.IndexOf(Ready, StringComparison.Ordinal) + Ready.Length;
            _url = said[at..said.IndexOf('\n', at)].Trim();
        }

        internal Task UntilNotedAsync(string words) => UntilAsync(
            () => $"the words '{words}' in: {Said()}",
            () =>
            {
                Assert.False(_process!.HasExited && !Said().Contains(words, StringComparison.Ordinal), Said());
                return Task.FromResult(Said().Contains(words, StringComparison.Ordinal));
            });

        internal async Task<ParleyApi> OpenAsync() => ParleyApi.Open(
            new ParleyOptions { Url = _url, Token = (await File.ReadAllTextAsync(Path.Combine(Data, "admin.token"), Cancel)).Trim(), Project = "default" });

        /// <returns>The exit code.</returns>
        internal async Task<int> StopAsync()
        {
            using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
            await _process.WaitForExitAsync(Cancel);
            var code = _process.ExitCode;
            _process.Dispose();
            _process = null;
            return code;
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is { } process)
            {
                if (!process.HasExited)
                    process.Kill();
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }

            Directory.Delete(_folder, recursive: true);
        }

        private void Hear(object sender, DataReceivedEventArgs line)
        {
            lock (_lock)
                _said += $"{line.Data}\n";
        }

        private string Said()
        {
            lock (_lock)
                return _said;
        }
    }
}
