using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Runs tasks one after another on a thread that the system schedules after all others: for work that nobody waits for, and that would
/// otherwise keep a message waiting for a processor for some milliseconds.</summary>
internal sealed partial class LowPriorityScheduler : TaskScheduler, IDisposable
{
    /// <summary>The lowest priority on Linux at which a thread still makes progress, about a seventieth of the time, while every processor is
    /// busy.</summary>
    private const int Nicest = 19;

    private readonly BlockingCollection<Task> _tasks = [];
    private readonly Thread _thread;

    internal LowPriorityScheduler(string name)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = name, Priority = ThreadPriority.Lowest };
        _thread.Start();
    }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Returns once all queued tasks are done.</summary>
    public void Dispose()
    {
        _tasks.CompleteAdding();
        _thread.Join();
        _tasks.Dispose();
    }

    protected override void QueueTask(Task task) => _tasks.Add(task);

    /// <summary>Never run a task on the waiting thread: that one has normal priority.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run()
    {
        LetOthersGoFirst();
        SynchronizationContext.SetSynchronizationContext(new Elsewhere());
        foreach (var task in _tasks.GetConsumingEnumerable())
            TryExecuteTask(task);
    }

    /// <summary>On Linux, .NET's own priorities have no effect. If this call is refused, or the C library has another name, the thread keeps its
    /// normal priority.</summary>
    private static void LetOthersGoFirst()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetPriority(which: 0, who: 0, Nicest);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    /// <summary>Keeps continuations of a task off this thread. Otherwise, the code that awaits a task that was cancelled before it ran would continue
    /// here, until the server ends, which waits for this thread.</summary>
    private sealed class Elsewhere : SynchronizationContext;

    /// <param name="which">0: a process; on Linux, that means a thread.</param>
    /// <param name="who">0: the calling one.</param>
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
