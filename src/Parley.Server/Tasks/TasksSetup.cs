using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Operations;

namespace Parley.Server.Tasks;

internal static class TasksSetup
{
    public static IServiceCollection AddTasks(this IServiceCollection services) => services
        .AddEntities(TaskKinds.Task)
        .AddEntities(TaskKinds.Assignment)
        .AddSingleton<TaskBoard>()
        .AddSingleton<AgentChoice>()
        .AddSingleton<AssignmentEngine>()
        .AddSingleton<TaskDependencies>()
        .AddSingleton<TaskHands>()
        .AddSingleton<TaskFollowUp>()
        .AddSingleton<ITaskWatcher>(provider => provider.GetRequiredService<TaskFollowUp>())
        .AddSingleton<IAgentWatcher>(provider => provider.GetRequiredService<TaskFollowUp>())
        .AddSingleton<IDueLook<AgentTask>, TaskDue>()
        .AddSingleton<IReplyTaker, TaskReplies>()
        .AddSingleton<IChore, TaskKeeper>()
        .AddConcept<TaskConcept>()
        .AddConcept<AssignmentConcept>();
}
