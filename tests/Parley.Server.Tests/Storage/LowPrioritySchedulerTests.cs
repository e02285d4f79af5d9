using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

public class QuietThreadTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Indexing_that_nobody_waits_for_runs_on_a_low_priority_thread()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var index = store.Service<SqliteIndexDatabase>();

        var (name, niceness) = await index.WriteAsync(_ => (Thread.CurrentThread.Name, Niceness()), index.Thread(isAwaited: false), Cancel);
        var (awaited, usual) = await index.WriteAsync(_ => (Thread.CurrentThread.Name, Niceness()), index.Thread(isAwaited: true), Cancel);

        Assert.Equal("sqlite-index", name);
        Assert.NotEqual(name, awaited);
        if (OperatingSystem.IsLinux())
            Assert.True(niceness > usual, $"The niceness is {niceness}, that of other threads {usual}.");
    }

    [Fact]
    public async Task Tasks_run_one_after_another_and_are_finished_before_it_ends()
    {
        var thread = new LowPriorityScheduler("quiet");
        using var gate = new SemaphoreSlim(0);
        var ran = new List<int>();
        var tasks = Enumerable.Range(0, 100).Select(number => Task.Factory.StartNew(
            () =>
            {
                if (number == 0)
                    gate.Wait(Cancel);
                ran.Add(number);
            },
            Cancel,
            TaskCreationOptions.None,
            thread)).ToList();

        gate.Release();
        thread.Dispose();

        await Task.WhenAll(tasks);
        Assert.Equal(Enumerable.Range(0, 100), ran);
    }

    [Fact]
    public async Task Code_that_awaited_a_cancelled_task_continues_on_another_thread()
    {
        var thread = new LowPriorityScheduler("quiet");
        using var gate = new SemaphoreSlim(0);
        using var cancelled = new CancellationTokenSource();
        var first = Task.Factory.StartNew(() => gate.Wait(Cancel), Cancel, TaskCreationOptions.None, thread);
        var waiter = WaitAsync(Task.Factory.StartNew(() => { }, cancelled.Token, TaskCreationOptions.None, thread));

        await cancelled.CancelAsync();
        gate.Release();
        await first;

        var where = await waiter;
        // It cannot wait for itself, where this goes on in it.
        await Task.Run(thread.Dispose, Cancel);

        Assert.NotEqual("quiet", where);

        static async Task<string?> WaitAsync(Task task)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
            return Thread.CurrentThread.Name;
        }
    }

    /// <summary>Of the thread that calls; the nineteenth field of its line, counted behind the name, which may have blanks.</summary>
    private static int Niceness()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var line = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(line[(line.LastIndexOf(')') + 2)..].Split(' ')[16], System.Globalization.CultureInfo.InvariantCulture);
    }
}
